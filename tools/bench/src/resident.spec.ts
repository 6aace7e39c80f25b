import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryOf, sum } from './resident.js';

/** A ledger's `/health` that names these parts. */
async function healthOf(parts: readonly { name: string; pid?: number }[]): Promise<Server> {
  const server = createServer((_request, response) => response.end(JSON.stringify({ ok: true, parts })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

const look = async (parts: readonly { name: string; pid?: number }[]) => {
  const server = await healthOf(parts);
  const { port } = server.address() as AddressInfo;
  try {
    return await memoryOf({ url: `http://127.0.0.1:${port}`, pid: process.pid, stop: async () => undefined });
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the memory of a ledger', () => {
  let parent: ChildProcess;
  let child: number;
  beforeAll(async () => {
    parent = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout ?? parent, 'data')) as [Buffer];
    child = Number(line.toString());
  });
  afterAll(() => {
    process.kill(child);
    parent.kill();
  });

  it('has each Node process by its name, and no PostgreSQL where none is embedded', async () => {
    const { node, postgres } = await look([
      { name: 'event store' },
      { name: 'front', pid: process.pid },
      { name: 'PostgreSQL' },
    ]);
    expect([...node.keys()]).toEqual(['supervisor', 'front']);
    expect(node.get('front')?.proportional).toBeGreaterThan(1);
    expect(postgres).toBeNull();
  });

  it('counts the processes that PostgreSQL has started', async () => {
    const [all, one] = [
      await look([{ name: 'PostgreSQL', pid: parent.pid ?? 0 }]),
      await look([{ name: 'PostgreSQL', pid: child }]),
    ];
    expect(one.postgres?.resident).toBeGreaterThan(0);
    expect(all.postgres?.resident).toBeGreaterThan(one.postgres?.resident ?? Infinity);
  });

  it('has nothing of a process that has ended', async () => {
    const { node } = await look([{ name: 'front', pid: 2 ** 30 }]);
    expect(sum([node.get('front') ?? { proportional: 1, resident: 1 }])).toEqual({ proportional: 0, resident: 0 });
  });
});
