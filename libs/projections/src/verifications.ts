import { json, sql, type ReadStore } from '@mo-ledger/read-store';

/** A row that is not as the log has it: not there, there without reason, or with other values. */
export interface RowDifference {
  readonly table: string;
  readonly kind: 'MISSING' | 'EXTRA' | 'DIFFERENT';
  readonly key: Readonly<Record<string, string>>;
  /** Those that differ, where both have the row. */
  readonly columns: readonly string[];
}

export interface TableComparison {
  readonly table: string;
  /** How many the build that serves has. */
  readonly rows: number;
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
}

/** What a build that serves has other than one that was made from the log for the purpose, both at the same position. */
export interface Comparison {
  readonly equal: boolean;
  readonly tables: readonly TableComparison[];
  /** The first ones; the tables' figures count them all. */
  readonly differences: readonly RowDifference[];
  readonly position: string;
}

/** `GET /projections/{name}/verify`. */
export interface Verification {
  readonly id: string;
  readonly state: 'WAITING' | 'FILLING' | 'COMPARING' | 'DONE' | 'FAILED';
  readonly percent: number;
  readonly requestedAt: string;
  readonly finishedAt: string | null;
  /** Up to where they were compared. */
  readonly position: string | null;
  readonly equal: boolean | null;
  readonly tables: readonly TableComparison[];
  readonly differences: readonly RowDifference[];
  readonly error: string | null;
}

const NO_RESULT = { position: null, equal: null, tables: [], differences: [] };

/** A verification that is not finished. */
export interface OpenVerification {
  readonly id: string;
  readonly name: string;
  /** Of the build that it compares with; null until there is one. */
  readonly schema: string | null;
}

/** What was asked to be verified, how far it is, and what came out. */
export class Verifications {
  constructor(private readonly store: ReadStore) {}

  /** Asks whoever works on a projection to verify it; where that is under way, it is the one that goes on. */
  async request(name: string): Promise<string> {
    await sql`insert into projections.verifications (name, state) values (${name}, 'WAITING')
      on conflict (name) where finished_at is null do nothing`.execute(this.store.db);
    const { rows } = await sql<{ id: string }>`
      select max(id) as id from projections.verifications where name = ${name}`.execute(this.store.db);
    if (!rows[0]) throw new Error(`the verification of ${name} was not noted`);
    return rows[0].id;
  }

  async open(names: readonly string[]): Promise<readonly OpenVerification[]> {
    const { rows } = await sql<OpenVerification>`
      select id, name, schema_name as schema from projections.verifications
      where finished_at is null and name = any(${names}::text[]) order by id`.execute(this.store.db);
    return rows;
  }

  async latest(name: string): Promise<Verification | null> {
    type Row = Omit<Verification, keyof Comparison> & { result: Comparison | null };
    const { rows } = await sql<Row>`
      select id, state, percent, requested_at as "requestedAt", finished_at as "finishedAt", error, result
      from projections.verifications where name = ${name} order by id desc limit 1`.execute(this.store.db);
    if (!rows[0]) return null;
    const { result, ...verification } = rows[0];
    return { ...verification, ...(result ?? NO_RESULT) };
  }

  async reached(id: string, state: 'FILLING' | 'COMPARING', percent: number): Promise<void> {
    await sql`update projections.verifications set state = ${state}, percent = ${percent}
      where id = ${id}::int8`.execute(this.store.db);
  }

  /** The first outcome stays: a look that began before it must not make a failure of it. */
  async finished(id: string, outcome: Comparison | { readonly error: string }): Promise<void> {
    const failed = 'error' in outcome;
    await sql`update projections.verifications set finished_at = now(), state = ${failed ? 'FAILED' : 'DONE'},
      percent = case when ${failed} then percent else 100 end,
      result = ${failed ? null : json(outcome)}::json, error = ${failed ? outcome.error : null}
      where id = ${id}::int8 and finished_at is null`.execute(this.store.db);
  }
}
