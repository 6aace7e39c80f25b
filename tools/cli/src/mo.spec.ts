import { FakeLedger } from './testing/fake-ledger.js';
import { runMo } from './testing/run-mo.js';

describe('mo', () => {
  const ledger = new FakeLedger();
  beforeAll(() => ledger.start());
  afterAll(() => ledger.stop());
  beforeEach(() => ledger.answers('GET /codes', { value: { items: [], next: null } }));

  it.each([
    'projections list',
    'projections show',
    'projections rebuild',
    'projections verify',
    'projections switch',
    'projections drop',
    'projections parked',
    'projections park',
    'projections replay',
    'quarantine list',
    'quarantine reprocess',
    'codes list',
    'events tail',
    'events show',
  ])('shows what to type: %s', async (command) => {
    const { code, out, err } = await runMo(`${command} --help`, ledger.url);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`\nExamples:\n  npm run mo -- ${command}`);
    expect(out).toMatch(/--url <url>.*\n.*--json/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['', 'Usage: mo'],
    ['projections', 'Usage: mo projections'],
    ['projections lsit', 'Did you mean list?'],
    ['projections show', "missing required argument 'name'"],
    ['projections list --slowly', "unknown option '--slowly'"],
    ['quarantine list --limit none', 'It must be a whole number from 1 on.'],
    ['events show first', 'It must be a position of the log'],
    ['codes list --url ledger', 'ledger is not the URL of a ledger'],
  ])('says what is wrong with the command line, with 2: %s', async (line, said) => {
    const { code, out, err } = await runMo(line, ledger.url);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(said);
  });

  it('takes the ledger from --url, from LEDGER_URL, or from this machine', async () => {
    const asked: string[] = [];
    const fetch = async (url: unknown) => {
      asked.push(String(url));
      return Response.json({ items: [], next: null });
    };
    await runMo('codes list --url http://one/', 'http://two', { fetch });
    await runMo('codes list', 'http://two', { fetch });
    await runMo('codes list', '', { fetch, env: {} });
    expect(asked).toEqual(
      ['http://one', 'http://two', 'http://127.0.0.1:3000'].map((url) => `${url}/codes?limit=1000`),
    );
  });

  it('says in one line that the ledger refused, with its own words, or is away, with 2', async () => {
    ledger.answers('GET /codes', { status: 503, detail: 'The read models are being built;\ntry again.' });
    expect(await runMo('codes list', ledger.url)).toEqual({
      ...{ code: 2, out: '', err: 'error: The read models are being built;\\u000atry again.\n' },
    });
    const nobody = await runMo('codes list --json', 'http://127.0.0.1:9');
    expect([nobody.code, nobody.out]).toEqual([2, '']);
    expect(nobody.err).toMatch(
      /^error: no ledger answers at http:\/\/127\.0\.0\.1:9 \(.+\); --url or LEDGER_URL says .*\n$/,
    );
    for (const other of ['<html>', '']) {
      ledger.answers('GET /codes', (response) => response.writeHead(other ? 200 : 500).end(other));
      const { code, err } = await runMo('codes list', ledger.url);
      expect(code).toBe(2);
      expect(err).toMatch(/^error: what answers at .* is no ledger.*\n$/);
    }
  });

  it('lists all codes, page after page, with what is to be said against them', async () => {
    const code = { type: 'SHORT', sharing: 'SHARED', forwarding: 'KEYWORDS', organization: null };
    ledger.answers(
      'GET /codes',
      { value: { items: [{ ...code, code: '26161', warnings: ['STOP may not arrive.'] }], next: 'more' } },
      { value: { items: [{ ...code, code: '447700900000', organization: 'acme', warnings: [] }], next: null } },
    );
    expect(await runMo('codes list', ledger.url)).toMatchObject({
      code: 0,
      out: [
        'CODE          TYPE   SHARING  FORWARDING  ORGANIZATION  WARNINGS',
        '26161         SHORT  SHARED   KEYWORDS    –                    1',
        '447700900000  SHORT  SHARED   KEYWORDS    acme                 0',
        '',
        '26161: STOP may not arrive.',
        '',
      ].join('\n'),
    });
    expect(ledger.asked.at(-1)?.call).toBe('GET /codes?limit=1000&cursor=more');
  });
});
