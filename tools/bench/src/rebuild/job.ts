import type { Database } from '../databases.js';

/** What a process of its own is to do with a log, up to a position. */
export interface Job {
  readonly eventStoreUrl: string;
  readonly until: string;
  /** Null: only read it. */
  readonly build: { readonly database: Database; readonly projections: readonly string[] } | null;
}

export interface Done {
  /** From the first event that was asked for until the last one was read, or in the tables. */
  readonly seconds: number;
  /** Bytes resident before, at most while it worked, and afterwards. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number };
}
