import type { LedgerEvent } from './answers.js';
import { examples } from './examples.js';
import { path } from './ledger.js';
import type { Register } from './mo.js';
import { position, wholeNumber } from './number-option.js';
import { cut, printable, printableJson } from './printable.js';
import { serverSentEvents } from './server-sent-events.js';
import { EXIT, Interrupted, type Session } from './session.js';
import { instant } from './units.js';

interface Tail {
  readonly after?: string;
  readonly type?: readonly string[];
  readonly limit?: number;
}

/**
 * Goes on until it has told `limit` events, or is interrupted: then it is done as well. A stream that was lost, since the ledger is
 * started again, goes on where it was.
 */
async function tailEvents(session: Session, { after, type, limit = Infinity }: Tail): Promise<number> {
  const query = { after, type: type?.join(',') };
  let told = 0;
  let last: string | null = null;
  const follow = async () => {
    const resume: Record<string, string> = last === null ? {} : { 'last-event-id': last };
    for await (const { id, data } of serverSentEvents(session.ledger.stream('/events/tail', query, resume))) {
      last = id;
      if (data === null) continue;
      tellEvent(session, JSON.parse(data) as LedgerEvent);
      if (++told >= limit) return;
    }
  };
  const decide = () => (told >= limit ? EXIT.OK : undefined);
  try {
    return await session.until(follow, decide, () => last !== null);
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.OK;
    throw error;
  }
}

/** On one line: where, when, what, and as much of its data as there is room for. */
function tellEvent(session: Session, event: LedgerEvent): void {
  const { position, at, type, data } = event;
  session.value(event, 0);
  const line = `${position.padStart(10)}  ${instant(at)}  ${type.padEnd(24)}  ${JSON.stringify(data)}`;
  session.line(cut(printable(line), session.columns));
}

async function showEvent(session: Session, position: string): Promise<number> {
  const event = await session.ledger.get<LedgerEvent>(path`/events/${position}`);
  session.value(event);
  const { stream, revision, id, type, at } = event;
  for (const [what, text] of Object.entries({ type, position, at: instant(at), stream, revision, id }))
    session.line(`${what.padEnd(10)}${text}`);
  for (const [what, value] of Object.entries({ data: event.data, metadata: event.metadata }))
    for (const line of [what, ...printableJson(value, 2).replaceAll(/^/gm, '  ').split('\n')]) session.line(line);
  return EXIT.OK;
}

/** `mo events …` */
export const eventsCommands: Register = (program, run) => {
  const events = examples(program.command('events').description('the log itself'), {
    'events tail': 'what is happening now',
  });
  examples(
    events
      .command('tail')
      .description('events as they are recorded, until Ctrl-C')
      .option('--after <position>', 'begin after this position; 0 is the beginning of the log', position)
      .option('--type <types...>', 'only these types')
      .option('--limit <n>', 'end after so many', wholeNumber),
    {
      'events tail': 'what is recorded from now on',
      'events tail --after 0 --limit 20': 'the first twenty of the log',
      'events tail --type OptedOut OptedIn --json': 'a JSON document a line, for a script',
    },
  ).action(run(tailEvents));
  examples(events.command('show').argument('<position>', 'where it is', position).description('one event, whole'), {
    'events show 12345': 'its position is in events tail, or where a projection stands still',
  }).action(run(showEvent));
};
