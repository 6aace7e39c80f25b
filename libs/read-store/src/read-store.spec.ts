import { sql } from 'kysely';
import fc from 'fast-check';
import { json, openReadStore, prepared, problemOf, QueryFailed, textArray, type ReadStore } from './index.js';
import { testDatabase, testReadStore } from './testing/index.js';

describe('the read store', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
    await sql`create table t (id int8 primary key, a text, b jsonb, c text[], d timestamptz)`.execute(store.db);
  });
  afterAll(() => store.close());

  const roundTrip = async (value: string) => {
    const { rows } = await sql<{ a: string; b: unknown; c: string[] }>`
      insert into t select * from json_populate_recordset(null::t, ${json([{ id: 1, a: value, b: { [value]: [value] }, c: [value] }])})
      on conflict (id) do update set a = excluded.a, b = excluded.b, c = excluded.c returning a, b, c`.execute(
      store.db,
    );
    expect(rows).toEqual([{ a: value, b: { [value]: [value] }, c: [value] }]);
    const unnested = await sql<{ a: string; b: unknown; c: string[] }>`
      select a, b, c::text[] as c from unnest(${[value]}::text[], ${[json({ [value]: [value] })]}::json[],
        ${[textArray([value])]}::text[]) as k (a, b, c)`.execute(store.db);
    expect(unnested.rows).toEqual([{ a: value, b: { [value]: [value] }, c: [value] }]);
    const found = await sql<{ a: string }>`select a from t where a = ${value} and c @> ${[value]}`.execute(store.db);
    return found.rows[0]?.a;
  };

  it('stores any text at all, finds it by itself, and gives it back as it was', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\0', '\ud83d', '\udca9', '\uE000', '0', "'", '\\', '"', '{', 'u0000', 'ud83d', '\n'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(text, async (value) => expect(await roundTrip(value)).toBe(value)),
      { numRuns: 300 },
    );
    for (const odd of [
      '\0',
      '\ud800',
      '\udfff\ud800',
      '\uE0000000',
      '\uE000',
      '\\u0000',
      '\\\0',
      '\\ud83d',
      '__proto__',
      '👍'.repeat(15_360),
    ])
      expect(await roundTrip(odd)).toBe(odd);
  });

  it('keeps a prepared statement, and gives each call its own answer', async () => {
    for (const n of [1, 2, 3]) {
      const { rows } = await prepared(sql<{ n: number }>`select ${n}::int4 as n`).execute(store.db);
      expect(rows).toEqual([{ n }]);
    }
    const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from pg_prepared_statements
      where statement like '%select $1::int4 as n'`.execute(store.db);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('never turns an int8 into a Number, and gives times in UTC', async () => {
    const { rows } =
      await sql`select 9007199254740993::int8 as n, sum(9007199254740993::int8) as s, ${'2026-11-22T12:00:00.123+02:00'}::timestamptz as t`.execute(
        store.db,
      );
    expect(rows).toEqual([{ n: '9007199254740993', s: '9007199254740993', t: '2026-11-22T10:00:00.123Z' }]);
    const { rows: given } = await sql`select ${9007199254740993n}::int8 as n`.execute(store.db);
    expect(given).toEqual([{ n: '9007199254740993' }]);
  });

  it('keeps others out of a transaction, and undoes one that fails', async () => {
    const { db } = store;
    const failing = db.transaction().execute(async (tx) => {
      await sql`insert into t (id) values (77)`.execute(tx);
      throw new Error('no');
    });
    const count = async () =>
      (await sql<{ n: string }>`select count(*) as n from t where id = 77`.execute(db)).rows[0]?.n;
    const [, seen] = await Promise.all([failing.catch(() => undefined), count()]);
    expect([seen, await count()]).toEqual(['0', '0']);
    await Promise.all(
      [78, 79].map((id) => db.transaction().execute((tx) => sql`insert into t (id) values (${id})`.execute(tx))),
    );
    expect((await sql`select id from t where id in (78, 79) order by id`.execute(db)).rows).toEqual([
      { id: '78' },
      { id: '79' },
    ]);
  });

  it('tells what failed without telling anybody’s data', async () => {
    const failure: unknown = await sql`insert into t (id, a) values (1, ${'+14045554900'})`
      .execute(store.db)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QueryFailed);
    expect(failure).toMatchObject({ sqlState: '23505' });
    expect(JSON.stringify({ ...(failure as object), message: (failure as Error).message })).not.toContain('4045554900');
  });
});

describe('a database that cannot be used', () => {
  const problemAt = async (url: string): Promise<string | null> => {
    const store = openReadStore({ url });
    try {
      return await problemOf(store);
    } finally {
      await store.close();
    }
  };

  it('is described in one line: nobody answers, there is no such database, or nothing is wrong', async () => {
    expect(await problemAt('postgres://ledger@127.0.0.1:1/ledger')).toBe('connect ECONNREFUSED 127.0.0.1:1');
    const database = await testDatabase();
    expect(await problemAt(database.url)).toBeNull();
    const { url } = database;
    expect(await problemAt(url.replace('?', '_away?'))).toMatch(/^database "test_\w+_away" does not exist$/);
    await database.drop();
  });
});
