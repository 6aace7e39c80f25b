import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SAMPLE } from './banner.js';
import { build, RunningLedger, type Answer } from './testing/running-ledger.js';

const root = resolve(import.meta.dirname, '../../..');

beforeAll(build);

describe('the whole on one machine', () => {
  let ledger: RunningLedger;
  beforeAll(async () => {
    ledger = await RunningLedger.start();
    await ledger.provision();
  });
  afterAll(() => ledger.remove());

  it('does what the README shows, line by line', async () => {
    const [, section = ''] = /## Try it\n([\s\S]*?)\n## /.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    const [commands = [], posts = [], reads = []] = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(
      ([, block = '']) => block.trim().split('\n'),
    );
    expect([commands.length, posts.length, reads.length]).toEqual([4, 3, 4]);
    const run = (line: string): string =>
      execFileSync('bash', ['-c', `${line.replaceAll('http://127.0.0.1:3000', ledger.url)} -s --fail-with-body`], {
        encoding: 'utf8',
      });
    commands.forEach(run);
    expect(posts.map(run).filter((answer) => answer.trim().endsWith('OK'))).toHaveLength(3);
    // A person is slower than the read models; a program says what it has to see.
    const after = await ledger.call(
      'POST',
      '/inbound/acme',
      'device_address=14045554900&inbound_address=26161&message=x&message_id=9',
    );
    await ledger.get('/codes/26161/programs/colours', after);
    reads.forEach(run);
    expect((await ledger.get('/messages?organization=acme', after)).json.items).toHaveLength(4);
    expect((await ledger.get('/codes/26161/programs/colours', after)).json).toMatchObject({
      messages: 1,
      results: { blue: 1 },
    });
    expect((await ledger.get('/codes/26161/subscribers/+14045554900', after)).json.consent.state).toBe('OPTED_IN');
  });

  it('keeps the sender of the published sample as it is written', async () => {
    const answer = await ledger.call('POST', '/inbound/acme', SAMPLE);
    expect([answer.status, answer.text]).toEqual([200, 'OK']);
    const [message] = (await ledger.get('/messages?messageId=148929155953', answer)).json.items;
    expect(message).toMatchObject({
      deviceAddress: '1447ß7665544',
      deviceE164: null,
      anomalies: ['DEVICE_ADDRESS_MALFORMED'],
    });
    const line = (await ledger.get('/audit/export?format=line&messageId=148929155953', answer)).text;
    expect(line).toMatch(
      /^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} -- Carrier: cingular; Channel: sms; Device address: 1447ß7665544\n){2}$/,
    );
  });

  it('makes the sender of a JOIN a participant once, however often and however parallel it is delivered', async () => {
    const fields = { device_address: '14045554900', message: 'JOIN', message_id: '1000' };
    const deliveries: Answer[] = [];
    for (let n = 0; n < 3; n++) deliveries.push(await ledger.post(fields));
    deliveries.push(...(await Promise.all(Array.from({ length: 20 }, () => ledger.post(fields)))));
    expect(deliveries.map(({ status }) => status)).toEqual(Array(23).fill(200));
    const position = (answer: Answer) => BigInt(answer.headers.get('ledger-position') ?? 0);
    const last = deliveries.reduce((a, b) => (position(b) > position(a) ? b : a));
    expect((await ledger.get('/messages?messageId=1000', last)).json.items).toMatchObject([
      { attempts: 23, routing: { outcome: 'MATCHED', program: 'join' } },
    ]);
    expect((await ledger.get('/audit/attempts?messageId=1000&limit=100', last)).json.items).toHaveLength(23);
    expect((await ledger.get('/codes/70707/programs/join/participants', last)).json.items).toMatchObject([
      { deviceE164: '+14045554900', state: 'JOINED' },
    ]);
  });

  it('shows a post and its routing to a read that comes after it, a hundred times in a row', async () => {
    for (let n = 0; n < 100; n++) {
      const answer = await ledger.post({
        device_address: `1404555${String(n % 50).padStart(4, '0')}`,
        message: 'hours',
        message_id: `2${n}`,
      });
      const { json, text } = await ledger.get(`/messages?messageId=2${n}`, answer);
      if (json.items?.[0]?.routing.outcome !== 'MATCHED') throw new Error(`message ${n}: ${text}`);
    }
    const answer = await ledger.post({ device_address: '14045550000', message: 'hours', message_id: '2100' });
    expect((await ledger.get('/codes/70707/programs/hours', answer)).json.messages).toBe(101);
  });

  it('stores a message of odd characters and goes on', async () => {
    const odd = ['%00%00', '%ED%A0%80 lone', '👍'.repeat(3_500), "'; DROP TABLE messages; --", '\u202E\uFEFF\uFFFF'];
    for (const [n, message] of odd.entries()) {
      const body = `device_address=14045554901&inbound_address=70707&message_id=3${n}&message=${message}`;
      expect((await ledger.call('POST', '/inbound/globex', body)).status).toBe(200);
    }
    const answer = await ledger.post({ device_address: '14045554901', message: 'hours', message_id: '39' });
    expect((await ledger.get('/messages?device=14045554901', answer)).json.items).toHaveLength(odd.length + 1);
    const { json } = await ledger.get('/messages?messageId=30', answer);
    expect(json.items[0].message).toBe('\0\0');
  });

  it('describes its whole API at one address', async () => {
    const { json } = await ledger.call('GET', '/openapi.json');
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining([
        '/messages/{id}',
        '/audit/export',
        '/inbound/{organization}/{key}',
        '/health',
        '/metrics',
      ]),
    );
    expect(json.paths['/codes/{code}']).toMatchObject({ put: expect.anything(), get: expect.anything() });
    expect((await ledger.call('GET', '/nowhere')).headers.get('content-type')).toContain('application/problem+json');
    expect((await ledger.call('GET', '/metrics')).text).toMatch(
      /ledger_posts_total\{[^}]*outcome="recorded"[^}]*\} [1-9]/,
    );
  });

  it('brings the read models back as they were when they are deleted', async () => {
    const shown = async (after: Answer) => ({
      messages: await ledger.list('/messages', after),
      attempts: await ledger.list('/audit/attempts', after),
      programs: await ledger.list('/programs', after),
      participants: await ledger.list('/codes/70707/programs/join/participants', after),
    });
    const after = await ledger.post({ device_address: '14045554902', message: 'Join', message_id: '4000' });
    const before = await shown(after);
    await ledger.stop();
    await rm(join(ledger.dataDir, 'read-models'), { recursive: true });
    await ledger.start();
    expect(await shown(after)).toEqual(before);
  });
});
