import { sql, type ReadStore } from '@mo-ledger/read-store';
import type { Build } from './build.js';

/** So many more events than at the last time, at least: below, it is not worth the while. */
const LEAST_EVENTS = 5_000n;

/**
 * What PostgreSQL's autovacuum does, for the embedded engine, which has none: room of rows that were replaced is used again, and the
 * planner knows the tables as they are. Done when a build has handled half as many events again as at the last time.
 */
export class Upkeep {
  readonly #tended = new Map<string, bigint>();

  constructor(private readonly store: ReadStore) {}

  /** Tends one build that is due, if any is, and tells whether it did. */
  async tend(builds: readonly Build[]): Promise<boolean> {
    if (this.store.kind !== 'pglite') return false;
    for (const build of builds) {
      const { schema, handled, record, definition } = build;
      const tended = this.#tended.get(schema) ?? record.tended;
      if (!build.indexed || handled < tended + LEAST_EVENTS || handled < (tended * 3n) / 2n) continue;
      // Each alone: the engine has one connection, and between two of them others have their turn.
      for (const table of Object.keys(definition.tables)) {
        await sql`vacuum ${sql.id(schema, table)}`.execute(this.store.db);
        await sql`analyze ${sql.id(schema, table)}`.execute(this.store.db);
      }
      await sql`update projections.builds set tended = ${handled}::int8 where schema_name = ${schema}`.execute(
        this.store.db,
      );
      this.#tended.set(schema, handled);
      return true;
    }
    return false;
  }
}
