import { QueryFailed, sql, type Kysely, type ReadStore } from '@mo-ledger/read-store';
import type { Projection } from './define-projection.js';
import type { DatabaseOf, Tables } from './define-table.js';

/** The tables of a read model are not there yet: the projector has not begun. */
export class ReadModelNotReady extends Error {
  readonly code = 'READ_MODEL_NOT_READY';
  constructor(name: string) {
    super(`The read model ${name} is not there yet.`);
  }
}

/** What a projection's tables are called now, for queries. */
export interface OpenReadModel<T extends Tables> {
  /** Its tables in the build that serves: `db.selectFrom('messages')`. */
  readonly db: Kysely<DatabaseOf<T>>;
  readonly schema: string;
}

/** The readers' side: finds the build that serves, each time anew, so that a switch is seen at once. */
export class ReadModels {
  constructor(private readonly store: ReadStore) {}

  /** @throws ReadModelNotReady */
  async of<T extends Tables>(projection: Projection<T>): Promise<OpenReadModel<T>> {
    const { rows } = await sql<{ schema_name: string; fingerprint: string }>`
      select schema_name, fingerprint from projections.builds where name = ${projection.name} order by serving desc, build desc`
      .execute(this.store.db)
      .catch((error: unknown) => {
        const missing = error instanceof QueryFailed && (error.sqlState === '42P01' || error.sqlState === '3F000');
        if (missing) throw new ReadModelNotReady(projection.name);
        throw error;
      });
    // The build that serves comes first; where its tables are those of another version of this program, the newest with ours.
    const schema = rows.find(({ fingerprint }) => fingerprint === projection.fingerprint)?.schema_name;
    if (!schema) throw new ReadModelNotReady(projection.name);
    return { db: this.store.db.withSchema(schema) as unknown as Kysely<DatabaseOf<T>>, schema };
  }
}
