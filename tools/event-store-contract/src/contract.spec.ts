import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore } from '@mo-ledger/embedded-event-store';
import { expected, record } from './record.js';
import { compare } from './transcript.js';

describe('the embedded event store', () => {
  it('answers like a real EventStoreDB in every scenario', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'event-store-contract-'));
    const store = await startEventStore({ dir, port: 0 });
    const differences: string[] = [];
    const result = compare(expected(), await record(store.url), (line) => differences.push(line));
    await store.close();
    rmSync(dir, { recursive: true });
    expect(differences).toEqual([]);
    expect(result).toEqual({ same: 38, differ: 0 });
  });
});
