import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcknowledgedFile } from './acknowledged.js';
import { SimulatedGateway, type Answer } from './gateway.js';
import { generateMessages, take } from './messages.js';
import { samplePost } from './post.js';
import { Random } from './random.js';
import { sendAll } from './send-all.js';
import { Summary } from './summary.js';

describe('the simulated gateway', () => {
  let server: Server;
  let gateway: SimulatedGateway;
  let received: { body: string; contentType: string | undefined; url: string | undefined }[];
  /** What is answered, in order; the last for ever. */
  let statuses: number[];
  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({
          body: Buffer.concat(chunks).toString(),
          contentType: request.headers['content-type'],
          url: request.url,
        });
        const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
        response.writeHead(status, status === 200 ? { 'Ledger-Position': '7' } : {}).end(status === 200 ? 'OK' : '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // It listens on TCP.
    const { port } = server.address() as AddressInfo;
    gateway = new SimulatedGateway({
      url: `http://127.0.0.1:${port}`,
      path: '/inbound/acme',
      connections: 4,
      timeoutMs: 5_000,
      retryMinutes: [1, 5],
      compress: 60_000,
    });
  });
  afterEach(async () => {
    gateway.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('posts what it was given and tells what was answered', async () => {
    statuses = [200];
    const { answer, attempts, delivered } = await gateway.deliver(samplePost, () => undefined);
    expect(received).toEqual([
      { body: samplePost.body.toString(), contentType: 'application/x-www-form-urlencoded', url: '/inbound/acme' },
    ]);
    expect({ answer, attempts, delivered }).toMatchObject({
      answer: { status: 200, text: 'OK', position: '7' },
      attempts: 1,
      delivered: true,
    });
  });

  it('sends no Content-Type where a post has none', async () => {
    statuses = [200];
    await gateway.send({ ...samplePost, contentType: null });
    expect(received[0]?.contentType).toBeUndefined();
  });

  it('tries again after each interval of its schedule until it succeeds', async () => {
    statuses = [503, 500, 200];
    const answers: (number | null)[] = [];
    const { attempts, delivered } = await gateway.deliver(samplePost, ({ status }: Answer) => answers.push(status));
    expect({ answers, attempts, delivered }).toEqual({ answers: [503, 500, 200], attempts: 3, delivered: true });
  });

  it('gives up when the schedule has run out, whatever the reason was', async () => {
    statuses = [404];
    const { attempts, delivered } = await gateway.deliver(samplePost, () => undefined);
    expect({ attempts, delivered }).toEqual({ attempts: 3, delivered: false });
    await new Promise((resolve) => server.close(resolve));
    gateway.close();
    const away = await gateway.deliver(samplePost, () => undefined);
    expect(away).toMatchObject({ delivered: false, answer: { status: null, error: 'ECONNREFUSED' } });
    server.listen(0);
  });

  it('does not try again what is meant to be refused', async () => {
    statuses = [413];
    expect(await gateway.deliver({ ...samplePost, expected: 413 }, () => undefined)).toMatchObject({ attempts: 1 });
  });

  it('delivers every message although some fail at first, and keeps the ids that were answered 200', async () => {
    statuses = [200, 503, 200, 503, 503, 200];
    const folder = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    try {
      const acknowledged = new AcknowledgedFile(join(folder, 'ids'));
      const summary = new Summary();
      const mix = { code: '26161', keywords: ['JOIN'], noise: 0, duplicates: 0.2, devices: 10 };
      const posts = [...take(generateMessages(mix, new Random(1), 1_000), 60)];
      const { signal } = new AbortController();
      await sendAll(gateway, posts, { rate: null, connections: 4, summary, acknowledged, signal });
      acknowledged.close();
      const ids = (await readFile(join(folder, 'ids'), 'utf8')).trim().split('\n');
      expect(ids.sort()).toEqual([...new Set(posts.map(({ messageId }) => messageId))].sort());
      const lines = summary.lines(1).join('\n');
      expect(lines).toContain('60 posts');
      expect(lines).toMatch(/delivered +60/);
      expect(lines).toMatch(/answered 503 +3/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
