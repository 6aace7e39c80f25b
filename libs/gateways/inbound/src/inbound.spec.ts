import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { InMemoryEventLog, LedgerKey, NotDurable, NotReadable } from '@mo-ledger/event-sourcing';
import { AddressRanges, createService, type Service } from '@mo-ledger/http';
import type { Gateway, MessagePost, PostsRefused } from '@mo-ledger/messages';
import { ProvisionOrganization, ProvisionOrganizationHandler } from '@mo-ledger/organizations';
import { InboundModule, OrganizationDirectory, type InboundOptions } from './index.js';

const ledgerKey = new LedgerKey('ab'.repeat(32));
const KEY = 'a secret/of the URL ß';
const GATEWAY_ADDRESS = '208.71.240.10';
const fields = { device_address: '14045554900', inbound_address: '26161', message_id: '7', message: 'JOIN' };

/** A gateway whose every post is a message with the text that it sent. */
const gateway: Gateway = {
  name: 'plain',
  read: (raw) =>
    ({
      kind: 'MO',
      fields: { ...fields, message: Buffer.from(raw).toString('latin1') },
      ...{
        attachments: [],
        extra: [],
        decoding: 'utf-8',
        code: '26161',
        anomalies: [],
        messageId: '7',
        messageSubid: null,
      },
      ...{ deviceAddress: fields.device_address, deviceE164: null, deviceE164Candidate: null },
    }) as unknown as MessagePost,
};

/** An event log whose answers a spec can hold back or refuse. */
class Moody extends InMemoryEventLog {
  appending: (() => Promise<void>) | null = null;
  reading: (() => Promise<void>) | null = null;
  override async append(...args: Parameters<InMemoryEventLog['append']>) {
    await this.appending?.();
    return super.append(...args);
  }
  override async *readStream(...args: Parameters<InMemoryEventLog['readStream']>) {
    await this.reading?.();
    yield* super.readStream(...args);
  }
}

interface Sent {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('the inbound endpoint', () => {
  let log: Moody;
  let service: Service;
  let port: number;
  let agent: Agent;
  const start = async (more: Partial<InboundOptions> = {}) => {
    log = new Moody();
    const provision = new ProvisionOrganizationHandler(log, ledgerKey, 'admin-api');
    const operation = { commandId: '1', at: '2026-01-01T00:00:00.000Z' };
    await provision.execute(new ProvisionOrganization('acme', 'Acme', undefined, operation));
    await provision.execute(new ProvisionOrganization('keyed', 'Keyed', KEY, operation));
    const options: InboundOptions = {
      ...{ log, ledgerKey, gateway, retryMinutes: [60] },
      sources: new AddressRanges('208.71.240.0/21'),
      trustedProxies: new AddressRanges('127.0.0.0/8'),
      ...more,
    };
    const module = InboundModule.register(options);
    service = await createService({ name: 'receiver', logLevel: 'silent', module });
    port = Number(new URL(await service.listen('127.0.0.1', 0)).port);
    agent = new Agent({ keepAlive: true });
  };
  afterEach(() => {
    // A connection on which a refused body still arrives would hold up the service's end.
    agent.destroy();
    return service.close();
  });

  const send = (path: string, body: Buffer | string = 'x', headers: Record<string, string> = {}, method = 'POST') =>
    new Promise<Sent>((resolve, reject) => {
      const all = { 'x-forwarded-for': GATEWAY_ADDRESS, ...headers };
      const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: all, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            ...{ status: response.statusCode ?? 0, headers: response.headers },
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  const recorded = () => log.events.filter(({ stream }) => stream.startsWith('message-'));
  const metric = async (name: string) =>
    Number(
      new RegExp(`^${name.replace(/[{}"]/g, '\\$&').replace('\\}', '[^}]*\\}')} (\\d+)`, 'm').exec(
        await service.metrics.metrics(),
      )?.[1],
    );
  const refused = (reason: string) => metric(`ledger_posts_refused_total{reason="${reason}"}`);

  describe('answers', () => {
    beforeEach(() => start());

    it('200 OK in plain text with the position, once the post is in the log', async () => {
      const answer = await send('/inbound/acme', 'Hello');
      expect(answer).toMatchObject({ status: 200, text: 'OK', headers: { 'content-type': 'text/plain' } });
      expect(recorded()).toMatchObject([
        { type: 'MessageRecorded', position: BigInt(String(answer.headers['ledger-position'])) },
      ]);
      expect(recorded()[0]?.data).toMatchObject({
        ...{ organization: 'acme', gateway: 'plain' },
        attempt: {
          source: GATEWAY_ADDRESS,
          raw: { base64: Buffer.from('Hello').toString('base64'), contentType: null },
        },
      });
    });

    it('200 to a repeat, and records the attempt', async () => {
      const [first, second] = [await send('/inbound/acme'), await send('/inbound/acme')];
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(recorded().map(({ type }) => type)).toEqual(['MessageRecorded', 'MessageRedelivered']);
      expect(await metric('ledger_posts_total{outcome="recorded"}')).toBe(1);
      expect(await metric('ledger_posts_total{outcome="duplicate"}')).toBe(1);
    });

    it.each(['', 'application/json', 'nonsense', 'text/plain; charset=klingon', 'multipart/form-data', ';;;'])(
      '200 whatever the content type says (%j)',
      async (contentType) => {
        expect((await send('/inbound/acme', '{"not', { 'content-type': contentType })).status).toBe(200);
      },
    );

    it('200 to any bytes, and what was sent can be read back bit for bit', async () => {
      const body = Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 31) % 256));
      await send('/inbound/acme', body, { 'content-type': 'x/y' });
      const { attempt } = recorded()[0]?.data as { attempt: { raw: { base64: string } } };
      expect(Buffer.from(attempt.raw.base64, 'base64').equals(body)).toBe(true);
    });

    it('200 to an empty body, and to the largest', async () => {
      expect((await send('/inbound/acme', '')).status).toBe(200);
      expect((await send('/inbound/acme', Buffer.alloc(65_536, 'x'))).status).toBe(200);
    });

    it.each([
      ['with its length', {}],
      ['in chunks', { 'transfer-encoding': 'chunked' }],
    ])('413 to a body over the limit that is sent %s', async (_, headers: Record<string, string>) => {
      expect((await send('/inbound/acme', Buffer.alloc(65_537), headers)).status).toBe(413);
      expect((await send('/inbound/acme', Buffer.alloc(900_000), headers)).status).toBe(413);
      expect(await refused('too_large')).toBe(2);
      expect(recorded()).toHaveLength(0);
    });

    it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('405 to %s, without a word', async (method) => {
      expect(await send('/inbound/acme', '', {}, method)).toMatchObject({ status: 405, text: '' });
    });

    it.each([
      '/inbound',
      '/inbound/',
      '/inbound/acme/',
      '/inbound//acme',
      '/inbound/nobody',
      '/inbound/acme/a/b',
      '/inbound/%61cme',
      '/inbound/%zz',
      '/inbound?acme',
      `/inbound/${'n'.repeat(5_000)}`,
    ])('404 to %s, without a word or a redirect', async (path) => {
      const answer = await send(path);
      expect(answer).toMatchObject({ status: 404, text: '' });
      expect(answer.headers.location).toBeUndefined();
    });

    it('never reads what the query says', async () => {
      expect((await send('/inbound/acme?message=STOP')).status).toBe(200);
    });

    it('checks the source before the size, the size before the organization, the organization before the key', async () => {
      const foreign = { 'x-forwarded-for': '203.0.113.9' };
      const large = Buffer.alloc(70_000);
      expect((await send('/inbound/nobody/wrong', large, foreign)).status).toBe(403);
      expect((await send('/inbound/nobody/wrong', large)).status).toBe(413);
      expect((await send('/inbound/nobody/wrong')).status).toBe(404);
      expect((await send('/inbound/keyed/wrong')).status).toBe(403);
      const reasons = await Promise.all(['source', 'too_large', 'organization', 'key'].map(refused));
      expect(reasons).toEqual([1, 1, 1, 1]);
    });
  });

  describe('sources', () => {
    const status = async (forwardedFor: string) =>
      (await send('/inbound/acme', 'x', { 'x-forwarded-for': forwardedFor })).status;

    it('are the right-most address that is no trusted proxy', async () => {
      await start();
      expect(await status(`${GATEWAY_ADDRESS}, 203.0.113.9`)).toBe(403);
      expect(await status(`203.0.113.9, ${GATEWAY_ADDRESS}`)).toBe(200);
      expect(await status(`${GATEWAY_ADDRESS}, 127.0.0.2`)).toBe(200);
      expect(await status('::ffff:208.71.247.255')).toBe(200);
      expect(await status('208.71.248.0')).toBe(403);
      expect(await status('nonsense')).toBe(403);
    });

    it('are not what a client says that is no proxy of ours', async () => {
      await start({ trustedProxies: new AddressRanges('') });
      const answer = await send('/inbound/acme');
      expect(answer).toMatchObject({ status: 403, text: '' });
      expect(await refused('source')).toBe(1);
    });

    it('are never loopback where a proxy passed the post on, trusted or not', async () => {
      await start({
        sources: new AddressRanges('208.71.240.0/21, 127.0.0.0/8'),
        trustedProxies: new AddressRanges(''),
      });
      expect(await status(GATEWAY_ADDRESS)).toBe(403);
      expect(await status('127.0.0.1')).toBe(403);
    });
  });

  describe('keys', () => {
    beforeEach(() => start());
    const status = async (path: string) => (await send(path)).status;

    it('open the second form of the URL only where there is one, and only the right one', async () => {
      expect(await status(`/inbound/keyed/${encodeURIComponent(KEY)}`)).toBe(200);
      expect(await status('/inbound/keyed')).toBe(403);
      expect(await status(`/inbound/keyed/${encodeURIComponent(KEY)}x`)).toBe(403);
      expect(await status('/inbound/keyed/%zz'.replace('%zz', '%25zz'))).toBe(403);
      expect(await status('/inbound/acme')).toBe(200);
      expect(await status(`/inbound/acme/${encodeURIComponent(KEY)}`)).toBe(403);
    });

    it('count from the moment on that the directory has reached the change', async () => {
      expect(await status('/inbound/acme')).toBe(200);
      const handler = new ProvisionOrganizationHandler(log, ledgerKey, 'admin-api');
      const operation = { commandId: '2', at: '2026-01-02T00:00:00.000Z' };
      const { position } = await handler.execute(new ProvisionOrganization('acme', 'Acme', KEY, operation));
      await service.app.get(OrganizationDirectory).waitFor(position);
      expect(await status('/inbound/acme')).toBe(403);
    });

    it('are in no event', async () => {
      await send(`/inbound/keyed/${encodeURIComponent(KEY)}`);
      expect(
        JSON.stringify(log.events, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      ).not.toContain('secret');
    });
  });

  describe('when the event store', () => {
    const never = () => new Promise<void>(() => undefined);
    const impatient = { limits: { recordTimeoutMs: 50 } };
    /** As the gateway does: a busy machine may be too slow for an impatient receiver once more. */
    const retried = async (path: string): Promise<number> => {
      for (;;) {
        const { status } = await send(path);
        if (status !== 503) return status;
      }
    };

    it.each([
      ['refuses appends', () => Promise.reject(new NotDurable('full'))],
      ['is silent', never],
    ])('%s: 503 with Retry-After, and 200 once it records again', async (_, appending) => {
      await start(impatient);
      log.appending = appending;
      const answer = await send('/inbound/acme');
      expect(answer).toMatchObject({ status: 503, text: '' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(await refused('not_durable')).toBe(1);
      log.appending = null;
      expect(await retried('/inbound/acme')).toBe(200);
    });

    it.each([
      ['cannot be read', () => Promise.reject(new NotReadable('gone'))],
      ['is silent', never],
    ])('%s, an unknown organization is a 503, not a 404', async (_, reading) => {
      await start(impatient);
      log.reading = reading;
      expect((await send('/inbound/nobody')).status).toBe(503);
      log.reading = null;
      expect(await retried('/inbound/nobody')).toBe(404);
    });

    it.each([
      ['number of posts', { mostWaiting: 3 }],
      ['number of bytes', { mostWaitingBytes: 3 }],
    ])('is slow, no more than a bounded %s wait for it', async (_, limits) => {
      await start({ limits });
      let go: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => (go = resolve));
      log.appending = () => gone;
      const answers: Sent[] = [];
      const all = Array.from({ length: 8 }, () => send('/inbound/acme').then((answer) => answers.push(answer)));
      while (answers.length < 5) await new Promise((resolve) => setImmediate(resolve));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(503));
      go();
      await Promise.all(all);
      expect(answers.slice(5).map(({ status }) => status)).toEqual([200, 200, 200]);
    });
  });

  it('answers 408 to a body that does not come in time', async () => {
    await start({ limits: { bodyTimeoutMs: 50 } });
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /inbound/acme HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${GATEWAY_ADDRESS}\r\nContent-Length: 10\r\n\r\nabc`,
    );
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await refused('too_slow')).toBe(1);
  });

  it('answers what was accepted before it stops', async () => {
    await start();
    let go: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    const begun = new Promise<void>((resolve) => {
      log.appending = () => (resolve(), gone);
    });
    const answer = send('/inbound/acme');
    await begun;
    const closed = service.close();
    go();
    expect((await answer).status).toBe(200);
    await closed;
    expect(recorded()).toHaveLength(1);
  });

  it('leaves totals of what it refused in the log when it stops, and nothing of a single refusal before', async () => {
    await start();
    for (let i = 0; i < 3; i++) await send('/inbound/acme', 'x', { 'x-forwarded-for': '203.0.113.9' });
    await send('/inbound/nobody');
    expect(log.events.filter(({ stream }) => stream === 'refusals')).toHaveLength(0);
    await service.close();
    const [totals, ...more] = log.events.filter(({ stream }) => stream === 'refusals');
    expect(more).toHaveLength(0);
    expect((totals?.data as PostsRefused['data']).refusals).toEqual([
      { reason: 'source', source: '203.0.113.9', count: 3 },
      { reason: 'organization', source: GATEWAY_ADDRESS, count: 1 },
    ]);
  });

  it('is ready when the event store is there', async () => {
    await start();
    await service.app.get(OrganizationDirectory).waitFor(0n);
    while (!(await service.health.ready()).ok) await new Promise((resolve) => setImmediate(resolve));
    expect(await service.health.ready()).toEqual({ ok: true, parts: [{ name: 'receiver', ok: true }] });
  });
});
