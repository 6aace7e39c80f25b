import { createHash } from 'node:crypto';
import type { AnyEvent, EventClass, Recorded } from '@mo-ledger/event-sourcing';
import type { Tables } from './define-table.js';
import type { RowsOf } from './row-changes.js';

type EventOf<C extends EventClass> = InstanceType<C> & AnyEvent;

/**
 * What happens at an event that cannot be handled, however often it is tried: the projection stands still there (`STOP`), or the event
 * is put aside with everything that must not overtake it, and the projection goes on (`PARK`).
 */
export type FailurePolicy = 'STOP' | 'PARK';

/** What is recorded for one event. Pure: it sees the event alone, and rows only inside `change`. */
export type EventHandler<T extends Tables, E extends AnyEvent = AnyEvent> = (
  event: Recorded<E>,
  rows: RowsOf<T>,
) => void;

export interface ProjectionDefinition<T extends Tables, C extends EventClass> {
  /** Lower case and hyphens, for example `audit-trail`. */
  readonly name: string;
  /** Raised when the rows of an old build would be wrong: a new build is filled, and reads switch to it. */
  readonly version: number;
  readonly tables: T;
  /** The events that it wants; the server-side filter of a rebuild comes from them. */
  readonly events: readonly C[];
  readonly on: { readonly [Type in EventOf<C>['type']]: EventHandler<T, Extract<EventOf<C>, { type: Type }>> };
  /** Events whose types are only known when the program is put together, such as those of the installed keyword handlers. */
  readonly also?: { readonly types: readonly string[]; readonly handle: EventHandler<T> };
  /**
   * The int8 column that holds a position for as long as something is expected to follow from a row's event. `Ledger-After` waits for it
   * to become null; it should have a partial index.
   */
  readonly pending?: { readonly table: keyof T & string; readonly column: string };
  /** By default `STOP`. */
  readonly onFailure?: FailurePolicy;
  /**
   * The versions before it that may still have a build. They are fed for as long as it is kept, so that they serve until this one is as
   * far, and one can switch back; queries read them too (`OpenReadModel.version`). Take a version out once its builds are dropped.
   */
  readonly earlier?: readonly (Projection | OtherTables)[];
}

/** An earlier version that the same handlers fill: what its tables have no column for is left out. */
export interface OtherTables {
  readonly version: number;
  readonly tables: Tables;
}

/** A projection as the runner sees it. */
export interface Projection<T extends Tables = Tables> {
  readonly name: string;
  readonly version: number;
  readonly tables: T;
  /** Every event type that it wants. */
  readonly types: ReadonlySet<string>;
  /** Tells builds with other tables apart, so that a changed definition never writes into the tables of an old one. */
  readonly fingerprint: string;
  readonly pending: { readonly table: string; readonly column: string } | null;
  readonly onFailure: FailurePolicy;
  /** Versions before it that are still fed where they have a build. */
  readonly earlier: readonly Projection[];
  /** Records what one event changes. */
  handle(event: Recorded, rows: RowsOf<T>): void;
}

/**
 * Defines a projection: tables, and for each event type which rows change. Rows are recorded, not written: the runner loads the rows
 * that a whole batch touches, folds the changes in the log's order and writes each table once, so that the rows never depend on how
 * the log was cut into batches.
 */
export function defineProjection<const T extends Tables, const C extends EventClass>(
  definition: ProjectionDefinition<T, C>,
): Projection<T> {
  const { name, version, tables, also, onFailure = 'STOP' } = definition;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new Error(`a projection cannot be called "${name}"`);
  const handlers = new Map<string, EventHandler<T>[]>();
  const add = (type: string, handler: EventHandler<T>) => handlers.set(type, [...(handlers.get(type) ?? []), handler]);
  // The definition's type has a handler of the right event for each class that is listed.
  const on = definition.on as unknown as Readonly<Record<string, EventHandler<T>>>;
  for (const { type } of definition.events) {
    const handler = on[type];
    if (!handler) throw new Error(`the projection ${name} has no handler for ${type}`);
    add(type, handler);
  }
  for (const type of also?.types ?? []) if (also) add(type, also.handle);
  const ours = {
    ...{ name, version, tables, types: new Set(handlers.keys()), fingerprint: fingerprintOf(tables) },
    ...{ pending: definition.pending ?? null, onFailure },
    handle: (event: Recorded, rows: RowsOf<T>) => handlers.get(event.type)?.forEach((handler) => handler(event, rows)),
  };
  const earlier = (definition.earlier ?? []).map((other): Projection => {
    // The rows that are recorded for our tables have all that an earlier version's tables want.
    const sameHandlers = { ...ours, ...other, fingerprint: fingerprintOf(other.tables), earlier: [] };
    const theirs = 'handle' in other ? other : (sameHandlers as unknown as Projection);
    if (theirs.name !== name || theirs.version >= version)
      throw new Error(`${theirs.name} ${theirs.version} is no earlier version of the projection ${name} ${version}`);
    return theirs;
  });
  return { ...ours, earlier };
}

/** Of what its tables hold; how a column is stored does not make them others. */
const fingerprintOf = (tables: Tables): string =>
  createHash('sha256')
    .update(JSON.stringify(tables, (key, value: unknown) => (key === 'storage' ? undefined : value)))
    .digest('hex')
    .slice(0, 16);

/** The definition, this one or an earlier one, by which a build was made; null where it is not registered any more. */
export const definitionOf = (
  projection: Projection,
  { version, fingerprint }: Pick<Projection, 'version' | 'fingerprint'>,
): Projection | null =>
  [projection, ...projection.earlier].find(
    (candidate) => candidate.version === version && candidate.fingerprint === fingerprint,
  ) ?? null;
