import { sql, type Kysely, type ReadStore } from '@mo-ledger/read-store';
import { isNotThere } from './database-errors.js';
import { definitionOf, type Projection } from './define-projection.js';
import type { DatabaseOf, Tables } from './define-table.js';
import { readStatuses } from './read-statuses.js';
import type { ProjectionStatus } from './status.js';

/** No build of a read model is complete yet: what it would show is not what the log says. */
export class ReadModelNotReady extends Error {
  readonly code = 'READ_MODEL_NOT_READY';
  constructor(readonly status: Pick<ProjectionStatus, 'name' | 'position' | 'progress'>) {
    super(`The read model ${status.name} is being built: ${status.progress.percent} % of the log is in it.`);
  }

  static async of(store: ReadStore, projection: Projection): Promise<ReadModelNotReady> {
    const [status] = await readStatuses(store, [projection]);
    if (!status) throw new Error(`${projection.name} has no status`);
    return new ReadModelNotReady(status);
  }
}

/** What a projection's tables are called now, for queries. */
export interface OpenReadModel<T extends Tables> {
  /** Its tables in the build that serves: `db.selectFrom('messages')`. */
  readonly db: Kysely<DatabaseOf<T>>;
  readonly schema: string;
  /** The version of that build: an earlier one may lack columns of this one. */
  readonly version: number;
}

/** The readers' side: finds the build that serves, each time anew, so that a switch is seen at once. */
export class ReadModels {
  constructor(private readonly store: ReadStore) {}

  /** @throws ReadModelNotReady */
  async of<T extends Tables>(projection: Projection<T>): Promise<OpenReadModel<T>> {
    const { rows } = await sql<{ schema_name: string; fingerprint: string; version: number; serving: boolean }>`
      select schema_name, fingerprint, version, serving from projections.builds
      where name = ${projection.name} and not scratch and not dropping and (serving or not takes_over) order by serving desc, build desc`
      .execute(this.store.db)
      .catch((error: unknown) => {
        if (!isNotThere(error)) throw error;
        return { rows: [] };
      });
    // The build that serves comes first. Where it is one that this program does not know, the newest with our tables that was
    // filled is read.
    const known = rows.find(
      (row) => row.fingerprint === projection.fingerprint || (row.serving && definitionOf(projection, row)),
    );
    if (!known) throw await ReadModelNotReady.of(this.store, projection);
    const { schema_name: schema, version } = known;
    return { db: this.store.db.withSchema(schema) as unknown as Kysely<DatabaseOf<T>>, schema, version };
  }
}
