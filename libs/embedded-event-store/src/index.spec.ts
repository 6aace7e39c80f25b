import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEventStore } from './index.js';

describe('an embedded event store', () => {
  const dir = mkdtempSync(join(tmpdir(), 'event-store-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('keeps what was appended when it is closed and started again', async () => {
    const first = await startEventStore({ dir, port: 0 });
    const writer = EventStoreDBClient.connectionString(first.url);
    await writer.appendToStream('kept', jsonEvent({ type: 'Kept', data: { n: 1 } }), { expectedRevision: 'no_stream' });
    await writer.dispose();
    await first.close();

    const second = await startEventStore({ dir, port: 0 });
    const reader = EventStoreDBClient.connectionString(second.url);
    const types: string[] = [];
    for await (const { event } of reader.readStream('kept')) types.push(event?.type ?? '');
    await reader.dispose();
    await second.close();
    expect(types).toEqual(['Kept']);
  });

  it('lets one process at a time into a folder, and says which one is there', async () => {
    const first = await startEventStore({ dir, port: 0 });
    await expect(startEventStore({ dir, port: 0 })).rejects.toThrow(`in use by the process ${process.pid}`);
    await first.close();
  });
});
