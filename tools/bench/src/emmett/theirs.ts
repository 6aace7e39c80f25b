import { SQL } from '@event-driven-io/dumbo';
import { CommandHandler, type Event } from '@event-driven-io/emmett';
import {
  getPostgreSQLEventStore,
  postgreSQLRawSQLProjection,
  rebuildPostgreSQLProjections,
} from '@event-driven-io/emmett-postgresql';
import type { MessageRecorded } from '@mo-ledger/messages';
import { openReadStore, sql } from '@mo-ledger/read-store';
import type { Contender, Rebuilt } from './contender.js';

// Mapped to a plain type: emmett wants an index signature, which an intersection of interfaces lacks.
type Data = { [Field in keyof MessageRecorded['data']]: MessageRecorded['data'][Field] };
type Recorded = Event<'MessageRecorded', Data>;

/** The same projection as `recorded-messages.projection.ts`. */
const recordedMessages = postgreSQLRawSQLProjection<Recorded>({
  name: 'bench-messages',
  canHandle: ['MessageRecorded'],
  evolve: ({ data: { ledgerId, organization, code, deviceAddress, fields, attempt } }) =>
    SQL`insert into bench_messages (id, organization, code, device_address, message, carrier, received_at)
        values (${ledgerId}, ${organization}, ${code}, ${deviceAddress}, ${fields.message}, ${fields.carrier}, ${attempt.receivedAt})
        on conflict (id) do nothing`,
});

/** As fast as emmett goes; its default takes a hundred events, then waits for 50 ms. */
export const TUNED = { batchSize: 500, pullingFrequencyInMs: 0 };

/** Emmett on PostgreSQL, as its documentation has it: a command handler that reads the stream and decides, and a rebuild. */
export async function theirs(url: string): Promise<Contender & { rebuild(pulling?: typeof TUNED): Promise<Rebuilt> }> {
  const db = openReadStore({ url, mostConnections: 1 });
  await sql`create table bench_messages (id text primary key, organization text, code text, device_address text,
    message text, carrier text, received_at timestamptz)`.execute(db.db);
  await sql`create index on bench_messages (received_at desc)`.execute(db.db);
  await sql`create index on bench_messages (left(device_address, 64))`.execute(db.db);
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  const handle = CommandHandler<{ recorded: boolean }, Recorded>({
    initialState: () => ({ recorded: false }),
    evolve: () => ({ recorded: true }),
  });
  // A known processor resumes where it ended, although its table is empty now: each rebuild is a new processor.
  let rebuilds = 0;
  const fromTheBeginning = () => ({ projection: recordedMessages, processorId: `bench-${++rebuilds}` });
  return {
    record: async ({ data }) => {
      await handle(store, `message-${data.ledgerId}`, ({ recorded }) =>
        recorded ? [] : { type: 'MessageRecorded', data },
      );
    },
    rebuild: async (pulling?: typeof TUNED) => {
      await sql`truncate bench_messages`.execute(db.db);
      const consumer = rebuildPostgreSQLProjections<Recorded>({
        connectionString: url,
        projections: [fromTheBeginning()],
        ...(pulling ? { pulling } : {}),
      });
      const begun = performance.now();
      await consumer.start();
      const seconds = (performance.now() - begun) / 1_000;
      await consumer.close();
      const { rows } = await sql<{ n: string }>`select count(*) as n from bench_messages`.execute(db.db);
      const built = Number(rows[0]?.n ?? 0);
      if (built === 0) throw new Error('emmett has built nothing');
      return { seconds, rows: built };
    },
    close: async () => {
      await store.close();
      await db.close();
    },
  };
}
