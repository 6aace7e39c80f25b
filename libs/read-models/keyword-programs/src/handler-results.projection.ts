import { installedHandlers } from '@mo-ledger/installed-handlers';
import type { AnyResults, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { defineProjection, document, nullable, table, text, type Projection, type RowOf } from '@mo-ledger/projections';
import type { AnyEvent } from '@mo-ledger/event-sourcing';

const results = table(
  {
    code: text(),
    program: text(),
    handler: text(),
    tally: document<{ readonly value: unknown }>(),
    /** Why the tally does not go on; null while it does. */
    error: nullable(text()),
  },
  ['code', 'program', 'handler'],
);
/** Results, and why they do not go on. */
export type Tally = Pick<RowOf<typeof results>, 'tally' | 'error'>;

export const handlerResultsTables = { results };

/**
 * The results of the programs' keyword handlers, folded by the handlers themselves. A projection of its own: after a change of a
 * handler's results it alone is rebuilt. Rows of a handler that is not installed any more stay as they are.
 */
export const handlerResultsOf = (handlers: HandlerRegistry): Projection<typeof handlerResultsTables> =>
  defineProjection({
    name: 'handler-results',
    version: 1,
    tables: handlerResultsTables,
    events: [],
    on: {},
    also: {
      types: handlers.all.flatMap((handler) => handler.results?.types ?? []),
      handle({ type, data, metadata: { code, program, handler } }, rows) {
        const fold = handler === undefined ? null : handlers.get(handler)?.results;
        if (code === undefined || program === undefined || handler === undefined || !fold) return;
        const key = { code, program, handler };
        rows.results.change(key, (row) => ({ ...key, ...folded(fold, row ?? begun(fold), { type, data }) }));
      },
    },
  });

export const handlerResults = handlerResultsOf(installedHandlers);

/** What a program shows before its first event: nothing where its handler has no results or is not installed. */
export function initialTally(handler: string): Tally {
  const results = installedHandlers.get(handler)?.results;
  return results ? begun(results) : { tally: { value: null }, error: null };
}

const begun = (results: AnyResults): Tally =>
  attempt({ value: null }, 'the results could not begin', () => results.initial());

function folded(results: AnyResults, before: Tally, event: AnyEvent): Tally {
  if (before.error !== null) return before;
  return attempt(before.tally, `${event.type} could not be counted`, () => results.fold(before.tally.value, event));
}

/** A fold that fails is not ours: its program's results stay where they were and say so, and nothing else is held up. */
function attempt(before: Tally['tally'], failure: string, next: () => unknown): Tally {
  try {
    return { tally: { value: plain(next()) }, error: null };
  } catch (error) {
    return { tally: before, error: `${failure}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

// As a row gives it back, so that a tally is the same whether it was loaded or folded on within a batch.
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
