import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Event, type NewEvent } from '@mo-ledger/event-sourcing';
import { connectEventLog } from './index.js';
import { MisbehavingServer } from './misbehaving-server.js';

class Counted extends Event('Counted')<{ n: number }> {}

const event = (n: number): NewEvent => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  event: new Counted({ n }),
  metadata: { $correlationId: 'c', $causationId: 'c', recordedBy: 'spec', schemaVersion: 1 },
});

describe('a connection on which nothing comes back any more', () => {
  let server: MisbehavingServer;
  let proxy: Server;
  let port: number;
  /** While it is true, what goes through the connections that there are is swallowed. */
  let wedged: Set<Socket>;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = new MisbehavingServer();
    await server.start();
    wedged = new Set();
    proxy = createServer((client) => {
      const upstream = connect(server.port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.on('data', (chunk) => !wedged.has(client) && upstream.write(chunk)).on('close', () => upstream.destroy());
      upstream.on('data', (chunk) => client.write(chunk)).on('close', () => client.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    // It listens on TCP.
    port = (proxy.address() as AddressInfo).port;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
    server.close();
  });

  it('is replaced by another one, not only by another client on the same one', async () => {
    const log = connectEventLog({ url: `esdb://127.0.0.1:${port}?tls=false` });
    await log.append('s', [event(1)], 'no_stream');
    for (const socket of sockets) wedged.add(socket);
    await expect(log.append('s', [event(2)], 0n, { timeoutMs: 8_000 })).resolves.toMatchObject({ revision: 1n });
    await log.close();
  });
});
