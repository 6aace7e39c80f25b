import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStoreThread } from './start-thread.js';

describe('the event store in a thread', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'mo-ledger-thread-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const dead = (error: Error): never => {
    throw error;
  };

  it('serves, and frees its folder and its port when it is closed', async () => {
    const first = await startEventStoreThread({ dir, port: 0 }, dead);
    const socket = connect(first.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    await first.close();
    const second = await startEventStoreThread({ dir, port: first.port }, dead);
    expect(second.url).toBe(first.url);
    await second.close();
  });

  it('says in one line why it cannot start', async () => {
    const first = await startEventStoreThread({ dir, port: 0 }, dead);
    await expect(startEventStoreThread({ dir, port: 0 }, dead)).rejects.toThrow(`in use by the process ${process.pid}`);
    await first.close();
  });
});
