/** What a process of its own does with a log, up to a position. */
export interface Job {
  readonly eventStoreUrl: string;
  readonly until: string;
  /** The database's URL and the projections that are built in it; null where the log is only read. */
  readonly build: { readonly database: string; readonly names: readonly string[] } | null;
}

export interface Done {
  /** Until the last event was read, or until every projection served what is in the log, its indexes made. */
  readonly seconds: number;
  /** The process's resident size in bytes: before the work, at most, and afterwards. */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number };
}
