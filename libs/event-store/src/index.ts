import type { EventLog } from '@mo-ledger/event-sourcing';
import { append } from './append.js';
import { Connection } from './connection.js';
import { within } from './deadline.js';
import { readAll, readStream } from './read.js';
import { surviveLateAnswers } from './late-answers.js';
import { surviveStrayRejections } from './stray-rejections.js';
import { subscribe } from './subscribe.js';

export { within, TimedOut } from './deadline.js';

const APPEND_TIMEOUT_MS = 5_000;

/**
 * The event log behind `esdb://…`: EventStoreDB, KurrentDB or the embedded server. Connects when it is first used, and again
 * whenever the connection is lost. Credentials belong in the URL: given with a call, they would make appends slow.
 */
export function connectEventLog({ url }: { readonly url: string }): EventLog {
  surviveStrayRejections();
  surviveLateAnswers();
  const connection = new Connection(url);
  return {
    append: (stream, events, expected, options = {}) =>
      append(connection, stream, events, expected, options.timeoutMs ?? APPEND_TIMEOUT_MS),
    readStream: (stream, options = {}) => readStream(connection, stream, options),
    readAll: (options = {}) => readAll(connection, options),
    subscribe: (options) => subscribe(connection, options),
    setMaxCount: async (stream, maxCount) => {
      const { client } = await connection.current();
      await within(APPEND_TIMEOUT_MS, client.setStreamMetadata(stream, { maxCount }));
    },
    close: () => connection.close(),
  };
}
