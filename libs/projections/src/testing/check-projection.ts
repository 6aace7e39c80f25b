import { deepStrictEqual } from 'node:assert';
import type { Recorded } from '@mo-ledger/event-sourcing';
import { sql, type ReadStore } from '@mo-ledger/read-store';
import { Build } from '../build.js';
import type { Projection } from '../define-projection.js';
import type { RowOf, Tables } from '../define-table.js';
import { ParkedEvents } from '../parked-events.js';
import { Registry } from '../registry.js';

export type AllRows<T extends Tables> = { readonly [N in keyof T]: readonly RowOf<T[N]>[] };

/** Builds a projection from these events, in a schema of its own, and returns all its rows, each table in the order of its key. */
export async function buildRows<T extends Tables>(
  store: ReadStore,
  projection: Projection<T>,
  events: readonly Recorded[],
  { batch = 500, deliveries = 1, anew = false }: { batch?: number; deliveries?: number; anew?: boolean } = {},
): Promise<AllRows<T>> {
  const registry = new Registry(store);
  await registry.migrate();
  // Under a name of its own, a runner on the same store takes no notice of it.
  const renamed = { ...projection, earlier: [], name: `check-${checks++}` };
  const open = async (): Promise<Build> => {
    const [record] = await registry.open(renamed);
    if (!record) throw new Error(`${projection.name} was not made`);
    return Build.open(projection, record, { store, registry, parked: new ParkedEvents(store) });
  };
  let build = await open();
  const { signal } = new AbortController();
  for (let from = 0; from < events.length; from += batch) {
    const some = events.slice(from, from + batch);
    for (let delivery = 0; delivery < deliveries; delivery++)
      await build.apply(some, some.at(-1)?.position ?? 0n, signal);
    if (build.poison)
      throw new Error(`${build.poison.event.type} at ${build.poison.event.position}: ${build.poison.error}`);
    if (anew) build = await open();
  }
  const { schema } = build;
  const tables = await Promise.all(
    Object.entries(projection.tables).map(async ([name, { key }]) => {
      const order = sql.join(key.map((column) => sql.id(column)));
      const { rows } = await sql`select * from ${sql.id(schema, name)} order by ${order}`.execute(store.db);
      return [name, rows] as const;
    }),
  );
  // The tables are those of the projection: what Object.entries took apart is put together again.
  return Object.fromEntries(tables) as unknown as AllRows<T>;
}

let checks = 0;

/**
 * What every projection must stand: built in batches of 1, of 3 and of 500, with every batch delivered twice, and started anew after each event, its rows are equal.
 * Returns them. Every projection's spec calls this.
 */
export async function checkProjection<T extends Tables>(
  store: ReadStore,
  projection: Projection<T>,
  events: readonly Recorded[],
): Promise<AllRows<T>> {
  const rows = await buildRows(store, projection, events, { batch: 500 });
  const otherwise = {
    'one by one': { batch: 1 },
    'by threes': { batch: 3 },
    // It has nothing in memory of what it wrote before.
    'one by one, by a process that is started anew each time': { batch: 1, anew: true },
    'each batch twice': { batch: 2, deliveries: 2 },
  };
  for (const [how, options] of Object.entries(otherwise))
    deepStrictEqual(
      await buildRows(store, projection, events, options),
      rows,
      `${projection.name}, built ${how}, has other rows`,
    );
  return rows;
}
