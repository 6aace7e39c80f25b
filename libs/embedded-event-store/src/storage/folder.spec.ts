import { fork } from 'node:child_process';
import { cpSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { jsonEvent } from '@eventstore/db-client';
import { TemporaryStore, temporaryFolder } from '../testing/temporary-store.js';
import { backup } from './backup.js';
import { check } from './check.js';
import { FROM_SOURCES } from './from-sources.js';
import { FORMAT, formatOf, migrate } from './schema.js';

const event = () => jsonEvent({ type: 'tested', data: { n: 1 } });

describe('a folder', () => {
  const store = new TemporaryStore();
  const copies = temporaryFolder();
  beforeAll(async () => {
    const client = await store.start();
    for (const stream of ['a', 'b', 'c']) await client.appendToStream(stream, [event(), event(), event()]);
    await client.tombstoneStream('c');
  });
  afterAll(async () => {
    await store.remove();
    copies.remove();
  });

  /** A copy of the live store, spoilt. */
  const spoilt = (name: string, sql: string): string => {
    const dir = join(copies.dir, name);
    backup(store.dir, dir);
    const db = new DatabaseSync(join(dir, 'events.db'));
    db.exec(sql);
    db.close();
    return dir;
  };
  const problem = (dir: string): string => {
    const result = check(dir);
    return result.ok ? 'none' : result.problem;
  };

  it('is copied while it is served, and the copy is whole', () => {
    expect(check(spoilt('whole', 'select 1'))).toMatchObject({ ok: true, events: 11, streams: 4 });
  });

  it('is not copied over another one', () => {
    expect(() => backup(store.dir, join(copies.dir, 'whole'))).toThrow('is there already');
  });

  it('is checked while it is served', () => {
    expect(check(store.dir)).toMatchObject({ ok: true, events: 11 });
  });

  it('with a missing event is found out', () => {
    const dir = spoilt('gap', `delete from events where revision = 1 and stream = 2`);
    expect(problem(dir)).toMatch(/stream number 2 has a gap: 2 events up to revision 2/);
  });

  it('with a changed event is found out', () => {
    const dir = spoilt(
      'changed',
      `update events set record = zeroblob(length(record)) where revision = 1 and stream = 3`,
    );
    expect(problem(dir)).toMatch(/does not match its checksum/);
  });

  it('with an event under another stream is found out', () => {
    const dir = spoilt('moved', `update stream_names set hash = hash + 1 where stream = 2`);
    expect(problem(dir)).toMatch(/is filed under another stream/);
  });

  it('that is cut short is found out', () => {
    const dir = join(copies.dir, 'cut');
    cpSync(join(copies.dir, 'whole'), dir, { recursive: true });
    truncateSync(join(dir, 'events.db'), 8192);
    expect(problem(dir)).toMatch(/damaged|cannot be read/);
  });

  it('of an older format is migrated, and keeps its events', () => {
    const dir = spoilt(
      'older',
      `drop table persistent_subscriptions; drop table stream_names; pragma user_version = 1;
       create table streams (name text primary key, id integer not null) without rowid, strict;
       insert into streams values ('$store', 1), ('a', 2), ('b', 3), ('c', 4)`,
    );
    expect(problem(dir)).toMatch(/format 1 is not/);
    const db = new DatabaseSync(join(dir, 'events.db'));
    migrate(db);
    expect(formatOf(db)).toBe(FORMAT);
    db.close();
    expect(check(dir)).toMatchObject({ ok: true, events: 11 });
  });

  it('of a newer format is refused', () => {
    const dir = spoilt('newer', 'pragma user_version = 99');
    const db = new DatabaseSync(join(dir, 'events.db'));
    expect(() => migrate(db)).toThrow('the folder has format 99');
    db.close();
    expect(problem(dir)).toMatch(/format 99 is not/);
  });
});

describe('the lock of a folder', () => {
  it('goes with the process that held it, even one that was killed', async () => {
    const store = new TemporaryStore();
    const main = new URL('../main.ts', import.meta.url);
    const child = fork(main, ['--dir', store.dir, '--port', '0'], { execArgv: FROM_SOURCES, silent: true });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    await expect(store.start()).rejects.toThrow(`in use by the process ${child.pid}`);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await store.start();
    await store.remove();
  });

  it('goes when the parent of the process that holds it goes', async () => {
    const store = new TemporaryStore();
    const main = new URL('../main.ts', import.meta.url);
    const child = fork(main, ['--dir', store.dir, '--port', '0'], { execArgv: FROM_SOURCES, silent: true });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await ended).toBe(0);
    await store.start();
    await store.remove();
  });
});
