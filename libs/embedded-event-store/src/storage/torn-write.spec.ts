import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectStore, append, proposed } from '../testing/direct-store.js';
import { temporaryFolder } from '../testing/temporary-store.js';
import { check } from './check.js';
import { ANY } from './numbers.js';
import { openForWriting } from './open.js';
import { DATABASE } from './schema.js';

const LOG = `${DATABASE}-wal`;

describe('a folder as a killed process leaves it', () => {
  const store = new DirectStore();
  /** How long the write-ahead log was after each append. */
  const lengths: number[] = [];
  const ids = Array.from({ length: 6 }, () => randomUUID());
  const copies: (() => void)[] = [];
  beforeAll(() => {
    for (const id of ids) {
      store.execute([append('torn', ANY, [proposed(id, { text: 'x'.repeat(3_000) })])]);
      lengths.push(statSync(join(store.dir, LOG)).size);
    }
  });
  afterAll(() => {
    store.remove();
    for (const remove of copies) remove();
  });

  /** The files of the store, which is not closed, with another write-ahead log. */
  const leftBehind = (change: (log: Buffer) => Buffer) => {
    const folder = temporaryFolder();
    copies.push(folder.remove);
    copyFileSync(join(store.dir, DATABASE), join(folder.dir, DATABASE));
    writeFileSync(join(folder.dir, LOG), change(readFileSync(join(store.dir, LOG))));
    return folder;
  };
  /** The ids that are there once the folder was opened again. */
  const recovered = (folder: ReturnType<typeof leftBehind>): unknown => {
    const opened = new DirectStore(folder);
    const read = opened.read('torn');
    opened.close();
    expect(check(folder.dir)).toMatchObject({ ok: true });
    return read;
  };
  const length = (appends: number): number => lengths[appends - 1] ?? 0;

  it('has everything that was acknowledged', () => {
    expect(recovered(leftBehind((log) => log))).toEqual(ids);
  });

  it.each([1, 24, 4_096, 5_000])('has all but a last write that was cut off %d bytes before its end', (missing) => {
    expect(recovered(leftBehind((log) => log.subarray(0, length(6) - missing)))).toEqual(ids.slice(0, 5));
  });

  it('has all before a write of which only the beginning came to the disk', () => {
    const folder = leftBehind((log) => Buffer.concat([log.subarray(0, length(3) + 30), Buffer.alloc(20_000)]));
    expect(recovered(folder)).toEqual(ids.slice(0, 3));
  });

  it('has all before a write that came to the disk garbled', () => {
    const garbled = (log: Buffer) => {
      const copy = Buffer.from(log);
      copy.writeUInt32BE(0xdead, length(4) + 200);
      return copy;
    };
    expect(recovered(leftBehind(garbled))).toEqual(ids.slice(0, 4));
  });

  it('goes on behind what is whole, and knows a repetition of it', () => {
    const folder = leftBehind((log) => log.subarray(0, length(6) - 1));
    const opened = new DirectStore(folder);
    const again = ids.map((id, revision) => append('torn', revision - 1, [proposed(id)]));
    expect(again.map((command) => opened.execute([command])[0])).toEqual([
      'repeat 0',
      'repeat 1',
      'repeat 2',
      'repeat 3',
      'repeat 4',
      'written',
    ]);
    expect(opened.read('torn')).toEqual(ids);
    opened.close();
  });

  it('is opened as often as anybody wants, with the same in it', () => {
    const folder = leftBehind((log) => log.subarray(0, length(6) - 1));
    for (let time = 0; time < 3; time++) openForWriting(join(folder.dir, DATABASE)).close();
    expect(recovered(folder)).toEqual(ids.slice(0, 5));
  });
});
