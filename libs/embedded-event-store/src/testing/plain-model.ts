import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';

/** The rules once more, as plainly as possible: lists in memory, no cache, no table. */
export class PlainModel {
  readonly #streams = new Map<string, { ids: string[]; tombstoned: boolean; tb: number; maxCount: number }>();

  #stream(name: string) {
    const found = this.#streams.get(name) ?? { ids: [], tombstoned: false, tb: 0, maxCount: Infinity };
    this.#streams.set(name, found);
    return found;
  }

  append(name: string, expected: number, ids: readonly string[]): string {
    const stream = this.#stream(name);
    const last = stream.ids.length - 1;
    const deleted = stream.tb === Infinity;
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && deleted) return 'deleted';
    if (expected === STREAM_EXISTS && last < 0 && !this.#hasMetadata.has(name)) return 'wrong';
    const at = ids.map((id) => stream.ids.lastIndexOf(id));
    if (expected === ANY || expected === STREAM_EXISTS) {
      if (ids.length > 0 && at.every((revision) => revision >= 0)) return `repeat ${at.at(-1)}`;
      if (at[0] !== undefined && at[0] >= 0) return 'wrong';
    } else if (expected > last) return 'wrong';
    else if (expected < last) {
      const same = ids.map((id, n) => stream.ids[expected + 1 + n] === id);
      if (ids.length > 0 && same.every(Boolean)) return `repeat ${expected + ids.length}`;
      if (ids.length === 0 || same[0] || expected !== NO_STREAM || !deleted) return 'wrong';
    }
    if (deleted && ids.length > 0) stream.tb = last + 1;
    stream.ids.push(...ids);
    return 'written';
  }

  delete(name: string, expected: number): string {
    const stream = this.#stream(name);
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && stream.tb === Infinity) return 'deleted';
    const last = stream.ids.length - 1;
    if (last < 0 || !this.#expects(stream, expected)) return 'wrong';
    Object.assign(stream, { tb: Infinity, maxCount: Infinity });
    this.#hasMetadata.add(name);
    return 'written';
  }

  tombstone(name: string, expected: number): string {
    const stream = this.#stream(name);
    if (stream.tombstoned) return 'deleted';
    if (expected === STREAM_EXISTS && stream.tb === Infinity) return 'deleted';
    if (expected === STREAM_EXISTS && stream.ids.length === 0 && !this.#hasMetadata.has(name)) return 'wrong';
    if (!this.#expects(stream, expected)) return 'wrong';
    stream.tombstoned = true;
    return 'written';
  }

  #expects({ ids, tb }: { ids: string[]; tb: number }, expected: number): boolean {
    if (expected === ANY || expected === STREAM_EXISTS) return true;
    return expected === ids.length - 1 || (expected === NO_STREAM && tb === Infinity);
  }

  readonly #hasMetadata = new Set<string>();

  metadata(name: string, { tb, maxCount }: { tb: number; maxCount: number | undefined }): void {
    const stream = this.#stream(name);
    const revived = stream.tb === Infinity && !stream.tombstoned;
    Object.assign(stream, { tb: revived ? stream.ids.length : tb, maxCount: maxCount ?? Infinity });
    this.#hasMetadata.add(name);
  }

  read(name: string): string[] | 'missing' | 'deleted' {
    const { ids, tombstoned, tb, maxCount } = this.#stream(name);
    if (tombstoned) return 'deleted';
    if (ids.length === 0 || tb === Infinity) return 'missing';
    return ids.slice(Math.max(tb, ids.length - maxCount));
  }
}
