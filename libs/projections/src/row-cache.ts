import { LRUCache } from 'lru-cache';
import type { Row } from './row-changes.js';

/** Rows as a batch leaves them, by table and `idOf`; undefined: there is none. */
export type Written = { readonly table: string; readonly id: string; readonly row: Row | undefined }[];

const MOST_ROWS = 2_000;

/**
 * The rows of a build that were written last, so that what changes again and again (figures, a message that is routed a moment after it
 * was recorded) is not loaded for each batch: a fifth of the work of a small one. Nobody else writes a build's tables while its checkpoint
 * is where it is thought to be.
 */
export class RowCache {
  readonly #rows = new LRUCache<string, Row>({ max: MOST_ROWS });
  /** Tables of which rows are ever asked for: of the others none is kept. */
  readonly #asked = new Set<string>();

  get(table: string, id: string): Row | undefined {
    this.#asked.add(table);
    return this.#rows.get(`${table} ${id}`);
  }

  /** What a batch has written, once it is committed. */
  committed(written: Written): void {
    for (const { table, id, row } of written) {
      if (row === undefined) this.#rows.delete(`${table} ${id}`);
      else if (this.#asked.has(table)) this.#rows.set(`${table} ${id}`, row);
    }
  }

  /** Whether something was written or not is not known any more. */
  clear(): void {
    this.#rows.clear();
  }
}
