import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { announce, stopInOrder, type ProcessMessage } from '@mo-ledger/http/child-process';
import { banner, type Ledger } from './banner.js';
import { readConfiguration } from './configuration.js';
import { readOrMakeLedgerKey } from './ledger-key-file.js';
import { Progress } from './progress.js';
import { SupervisedProcess } from './supervised-process.js';

/** Longer than both processes take to stop, one after the other. */
const STOP_MS = 30_000;

const file = (name: string): string => resolve(import.meta.dirname, name);

/**
 * Starts the front and the back (ARCHITECTURE.md, Engines) and keeps them running: either may end, however it ends, and is started
 * again. Shows each step, and where everything is once all of it serves.
 */
export async function start(): Promise<void> {
  const configuration = readConfiguration();
  const dataDir = resolve(configuration.dataDir);
  const ledgerKey = configuration.ledgerKey ?? (await readOrMakeLedgerKey(dataDir));
  console.log(`mo-ledger starts; its files are in ${dataDir}`);

  const shared = {
    LEDGER_KEY: ledgerKey,
    DATA_DIR: dataDir,
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${pathToFileURL(file('give-back-memory.js'))}`,
  };
  // Started again, the back goes on at once with the projections that it held. Nobody else has an embedded database.
  const projectorName =
    configuration.projectorName ??
    (configuration.database.url ? `standalone-${hostname()}-${process.pid}` : 'standalone');
  const known: { eventStore?: string; front?: string; back?: string; ledger?: Ledger } = {};
  const progress = new Progress(console.log);
  const front = new SupervisedProcess({
    name: 'front',
    file: file('front.main.js'),
    // Started again, it serves where it did: its clients and the back know these addresses.
    env: () => ({ ...shared, ...portOf('PORT', known.front), ...portOf('EVENT_STORE_PORT', known.eventStore) }),
    onMessage: (message) => {
      if ('eventStore' in message) {
        const moved = known.eventStore !== undefined && known.eventStore !== message.eventStore;
        known.eventStore = message.eventStore;
        if (moved) back.restart();
        else back.send(message);
      }
      if ('ledgerId' in message) known.ledger = message;
      if ('health' in message) progress.show(message.health);
      if ('listening' in message) {
        // Without the protocol: an address that can be clicked is one where everything serves.
        if (!known.front) console.log(`posts are received on ${new URL(message.listening).host} from now on`);
        known.front = message.listening;
        if (known.back) front.send({ back: known.back });
      }
      stopIfRefused(message);
    },
  });
  const back = new SupervisedProcess({
    name: 'back',
    file: file('back.main.js'),
    env: () => ({
      ...shared,
      HOST: '127.0.0.1',
      PORT: '0',
      PROJECTOR_NAME: projectorName,
      ...(known.eventStore && { EVENTSTORE_URL: known.eventStore }),
    }),
    onMessage: (message) => {
      if ('listening' in message) {
        known.back = message.listening;
        front.send({ back: message.listening });
      }
      stopIfRefused(message);
    },
  });
  const stop = async (): Promise<void> => {
    // The front last: the back finishes what it routes in the front's event store.
    await back.stop();
    await front.stop();
  };
  let refused = false;
  const stopIfRefused = (message: ProcessMessage): void => {
    if (!('refused' in message) || refused) return;
    refused = true;
    console.error(message.refused);
    void stop().then(() => process.exit(1));
  };
  stopInOrder(stop, STOP_MS);

  await Promise.all([front.start(), back.start()]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  await progress.everythingServes;
  // The front has announced where it listens.
  const url = known.front ?? '';
  announce(url);
  console.log(banner({ url, configuration, dataDir, ledger: known.ledger }));
}

/** The port of a URL as a setting; nothing where the URL is not known yet. */
const portOf = (name: string, url: string | undefined): Record<string, string> =>
  url === undefined ? {} : { [name]: new URL(url).port };
