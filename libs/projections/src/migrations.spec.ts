import { openReadStore, sql } from '@mo-ledger/read-store';
import { Registry } from './registry.js';

describe('the runtime’s own tables', () => {
  it('are brought from the first format to today’s once, with what is in them, and refuse a newer one', async () => {
    const store = await openReadStore();
    await sql`create schema projections`.execute(store.db);
    await sql`create table projections.builds (
      schema_name text primary key, name text not null, version int4 not null, build int4 not null, fingerprint text not null,
      position int8 not null default -1, handled int8 not null default 0, serving boolean not null,
      last_event_position int8, last_event_id text, created_at timestamptz not null default now(), replaced_at timestamptz
    )`.execute(store.db);
    await sql`insert into projections.builds (schema_name, name, version, build, fingerprint, position, serving)
      values ('counts_v1_1', 'counts', 1, 1, 'x', 7, true)`.execute(store.db);
    await sql`insert into projections.builds (schema_name, name, version, build, fingerprint, serving, replaced_at)
      values ('others_v1_1', 'others', 1, 1, 'x', false, now()), ('others_v1_2', 'others', 1, 2, 'x', false, null)`.execute(
      store.db,
    );
    const registry = new Registry(store);
    await registry.migrate();
    await registry.migrate();
    expect(await registry.builds()).toMatchObject([
      { schema: 'counts_v1_1', position: 7n, serving: true, indexed: true, scratch: false, parkPosition: null },
      { schema: 'others_v1_1', takesOver: false },
      { schema: 'others_v1_2', takesOver: true },
    ]);
    await sql`insert into projections.migrations (number) values (99)`.execute(store.db);
    await expect(registry.migrate()).rejects.toThrow(/of format 99, and this program knows \d+/);
    await store.close();
  }, 60_000);
});
