import type { QuarantinedPost } from './answers.js';
import { FakeLedger } from './testing/fake-ledger.js';
import { runMo } from './testing/run-mo.js';

const post = (changed: Partial<QuarantinedPost> = {}): QuarantinedPost => ({
  ...{ id: '4f0c2e9a1b7d3c58', organization: 'acme', reason: 'EMPTY_BODY', receivedAt: '2026-11-22T12:00:00.5Z' },
  ...{ source: '127.0.0.1', attempts: 2, state: 'OPEN', became: null },
  ...changed,
});

describe('mo quarantine', () => {
  let ledger: FakeLedger;
  beforeEach(async () => {
    ledger = new FakeLedger();
    await ledger.start();
  });
  afterEach(() => ledger.stop());
  const calls = () => ledger.asked.map(({ call }) => call);

  it('lists what is there, page after page up to the limit, and says that there is more', async () => {
    const first = Array.from({ length: 1_000 }, (_, n) => post({ id: String(n) }));
    ledger.answers(
      'GET /quarantine',
      { value: { items: first, next: 'c1' } },
      { value: { items: [post()], next: 'c2' } },
    );
    const { code, out } = await runMo('quarantine list --organization acme --state OPEN --limit 1001', ledger.url);
    expect(code).toBe(0);
    expect(calls()).toEqual([
      'GET /quarantine?organization=acme&state=OPEN&limit=1000',
      'GET /quarantine?organization=acme&state=OPEN&limit=1&cursor=c1',
    ]);
    const lines = out.split('\n');
    expect(lines[0]).toBe('ID                ORGANIZATION  REASON      RECEIVED              POSTS  STATE');
    expect(lines[1_001]).toBe('4f0c2e9a1b7d3c58  acme          EMPTY_BODY  2026-11-22 12:00:00Z      2  OPEN');
    expect(lines[1_002]).toBe('… and more; --limit shows more than 1,001');
  });

  it('tells reasons apart, however long the other columns are', async () => {
    const reasons = ['DEVICE_ADDRESS_MISSING', 'INBOUND_ADDRESS_MISSING'];
    const items = reasons.map((reason) => post({ reason, organization: 'o'.repeat(64), state: 'REPROCESSED' }));
    ledger.answers('GET /quarantine', { value: { items, next: null } });
    const { out } = await runMo('quarantine list', ledger.url);
    for (const reason of reasons) expect(out).toContain(` ${reason} `);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('lists fifty unless told otherwise, and says what it cannot filter by', async () => {
    ledger.answers(
      'GET /quarantine',
      { value: { items: [], next: null } },
      { status: 400, detail: 'state must be OPEN' },
    );
    expect(await runMo('quarantine list', ledger.url)).toMatchObject({
      code: 0,
      out: 'Nothing of that is in quarantine.\n',
    });
    expect(calls()).toEqual(['GET /quarantine?limit=50']);
    expect(await runMo('quarantine list --state X', ledger.url)).toEqual({
      code: 2,
      out: '',
      err: 'error: state must be OPEN\n',
    });
  });

  describe('reprocess', () => {
    const read = post({ state: 'REPROCESSED', became: { id: 'm1', kind: 'MO' } });
    beforeEach(() => {
      ledger.answers('POST /quarantine/a/reprocess', { value: { id: 'a' }, position: '77' });
      ledger.answers('GET /quarantine/a', { value: read });
      ledger.answers('POST /quarantine/b/reprocess', { value: { id: 'b' }, position: '78' });
      ledger.answers('GET /quarantine/b', { value: post() });
    });

    it('tells what became of each, as it is after that', async () => {
      expect(await runMo('quarantine reprocess a', ledger.url)).toEqual({
        ...{ code: 0, out: 'a was read: it is the MO m1\n', err: '' },
      });
      expect(ledger.asked.at(-1)).toMatchObject({ call: 'GET /quarantine/a', headers: { 'ledger-after': '77' } });
    });

    it('does the others too where one stays (1) or is refused (2)', async () => {
      const { code, out } = await runMo('quarantine reprocess b a', ledger.url);
      expect([code, out.split('\n')]).toEqual([
        1,
        ["b stays in quarantine: today's rules cannot read it either", 'a was read: it is the MO m1', ''],
      ]);
      ledger.answers('POST /quarantine/c/reprocess', { status: 404, detail: 'There is no c.' });
      const refused = await runMo('quarantine reprocess c a --json', ledger.url);
      expect([refused.code, refused.err]).toEqual([2, 'error: c: There is no c.\n']);
      expect(JSON.parse(refused.out)).toEqual({
        items: [
          { id: 'c', state: null, became: null, error: 'There is no c.' },
          { id: 'a', state: 'REPROCESSED', became: read.became, error: null },
        ],
        next: null,
      });
    });
  });
});
