import { startAdminService, type AdminService, type Answer } from './testing/admin-service.js';

const fields = ({ body }: Answer) => [...new Set(body.errors?.map(({ field }) => field))].sort();

const DEDICATED = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' };
const SHARED = { type: 'SHORT', sharing: 'SHARED', forwarding: 'KEYWORDS' };
const JOIN = { organization: 'acme', handler: 'join', keywords: ['JOIN'] };

describe('provisioning over HTTP', () => {
  let api: AdminService;
  const told: bigint[] = [];
  beforeAll(async () => {
    api = await startAdminService(async (position) => void told.push(position));
    await api.put('/organizations/acme', { name: 'Acme' });
    await api.put('/organizations/other', { name: 'Other' });
    await api.put('/codes/26161', DEDICATED);
    await api.put('/codes/87767', SHARED);
  });
  afterAll(() => api.close());

  describe('an organization', () => {
    it('is created with 201, changed and repeated with 200, with the position of its last change', async () => {
      const created = await api.put('/organizations/beta', { name: 'Beta' });
      expect(created).toMatchObject({ status: 201, body: { organization: 'beta', warnings: [] } });
      const repeated = await api.put('/organizations/beta', { name: 'Beta' });
      expect(repeated).toMatchObject({ status: 200, position: created.position });
      const changed = await api.put('/organizations/beta', { name: 'Beta Ltd' });
      expect(changed.status).toBe(200);
      expect(BigInt(changed.position ?? 0)).toBeGreaterThan(BigInt(created.position ?? 0));
      expect(await api.events('organization-beta')).toHaveLength(2);
    });

    it('keeps its key where that is left out, and loses it with null', async () => {
      const keyed = { name: 'Gamma', key: 'sixteen-letters!' };
      await api.put('/organizations/gamma', keyed);
      const kept = await api.put('/organizations/gamma', { name: 'Gamma' });
      const removed = await api.put('/organizations/gamma', { name: 'Gamma', key: null });
      expect(BigInt(removed.position ?? 0)).toBeGreaterThan(BigInt(kept.position ?? 0));
      expect((await api.events('organization-gamma')).map(({ type }) => type)).toEqual([
        'OrganizationProvisioned',
        'OrganizationChanged',
      ]);
    });

    it('is refused with the names of the fields that are wrong', async () => {
      expect(fields(await api.put('/organizations/delta', { name: '', key: 'short', colour: 'red' }))).toEqual([
        'colour',
        'key',
        'name',
      ]);
      expect(fields(await api.put('/organizations/a%20b', { name: 'A' }))).toEqual(['organization']);
      expect(fields(await api.put(`/organizations/${'a'.repeat(65)}`, { name: 'A' }))).toEqual(['organization']);
    });
  });

  it.each(['{', '[]', '"text"', 'null', ''])('a body that is no JSON object is a 400: %s', async (body) => {
    expect(await api.put('/organizations/acme', body)).toMatchObject({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
    });
  });

  it('a query parameter is a 400 that names it', async () => {
    const answer = await api.put('/organizations/acme?dryRun=true', { name: 'Acme' });
    expect(answer.status).toBe(400);
    expect(fields(answer)).toEqual(['dryRun']);
  });

  describe('a code', () => {
    it('is created with 201 and repeated with 200', async () => {
      const created = await api.put('/codes/18885551234', { ...DEDICATED, type: 'LONG' });
      expect(created).toMatchObject({ status: 201, body: { code: '18885551234', warnings: [] } });
      expect(await api.put('/codes/18885551234', { ...DEDICATED, type: 'LONG' })).toMatchObject({
        status: 200,
        position: created.position,
      });
    });

    it('warns where STOP may never reach us, until that is stated', async () => {
      const { body } = await api.put('/codes/777001', SHARED);
      expect(body.warnings).toEqual([expect.stringContaining('PARTIAL')]);
      expect((await api.put('/codes/777001', { ...SHARED, forwardsOptOut: true })).body.warnings).toEqual([]);
    });

    it('is refused with the names of the fields that are wrong', async () => {
      const wrong = await api.put('/codes/777002', { ...SHARED, forwarding: 'ALL' });
      expect(wrong.status).toBe(422);
      expect(fields(wrong)).toEqual(['forwarding']);
      expect(fields(await api.put('/codes/777002', { type: 'TINY', optOutWords: [1] }))).toEqual([
        'forwarding',
        'optOutWords',
        'sharing',
        'type',
      ]);
      expect((await api.put('/codes/12', SHARED)).status).toBe(422);
    });

    it('may not change what it is, nor belong to nobody', async () => {
      expect(await api.put('/codes/26161', SHARED)).toMatchObject({ status: 409 });
      expect(await api.put('/codes/777003', { ...DEDICATED, organization: 'nobody' })).toMatchObject({ status: 404 });
    });
  });

  describe('a program', () => {
    it('is created with 201 and repeated with 200', async () => {
      const created = await api.put('/codes/26161/programs/P-JOIN', JOIN);
      expect(created).toMatchObject({
        status: 201,
        body: { id: 'P-JOIN', code: '26161', match: 'FIRST', warnings: [] },
      });
      expect(await api.put('/codes/26161/programs/P-JOIN', JOIN)).toMatchObject({
        status: 200,
        position: created.position,
      });
    });

    it('is refused where its code or organization is unknown', async () => {
      expect((await api.put('/codes/99999/programs/P', JOIN)).status).toBe(404);
      expect((await api.put('/codes/26161/programs/P', { ...JOIN, organization: 'nobody' })).status).toBe(404);
    });

    it('is refused where its keyword is taken, with the name of the program that has it', async () => {
      const taken = await api.put('/codes/26161/programs/P-TWO', { ...JOIN, keywords: ['join!'] });
      expect(taken).toMatchObject({ status: 409, body: { detail: expect.stringContaining('P-JOIN') } });
      expect(fields(taken)).toEqual(['keywords']);
    });

    it('may not move to another organization', async () => {
      expect((await api.put('/codes/87767/programs/P', { ...JOIN, keywords: ['ALERTS'] })).status).toBe(201);
      const moved = await api.put('/codes/87767/programs/P', { ...JOIN, keywords: ['ALERTS'], organization: 'other' });
      expect(moved.status).toBe(409);
    });

    it.each([
      ['a reserved word', { keywords: ['STOP'] }, ['keywords']],
      ['an unknown handler', { handler: 'toString' }, ['handler']],
      [
        'bad settings',
        { handler: 'vote', settings: { choices: [], colour: 1 } },
        ['settings.choices', 'settings.colour'],
      ],
      ['missing settings', { handler: 'vote' }, ['settings.choices']],
      ['settings of a handler that has none', { settings: { choices: ['A'] } }, ['settings.choices']],
      ['endless settings', { handler: 'vote', settings: { choices: ['A'.repeat(200_000)] } }, ['settings']],
      ['settings that are no object', { settings: ['A'] }, ['settings']],
      ['no keyword', { keywords: [] }, ['keywords']],
      ['a time without its offset', { startsAt: '2026-01-01T12:00:00' }, ['startsAt']],
      ['a day that is none', { endsAt: '2026-02-30T12:00:00Z' }, ['endsAt']],
      ['an unknown field', { keyword: 'WIN' }, ['keyword']],
      ['a wrong type', { catchAll: 'yes', match: 'first', name: 1 }, ['catchAll', 'match', 'name']],
    ])('is refused for %s', async (_what, wrong, named) => {
      const answer = await api.put('/codes/26161/programs/P-WRONG', { ...JOIN, keywords: ['WRONG'], ...wrong });
      expect(answer).toMatchObject({ status: 422, type: 'application/problem+json; charset=utf-8' });
      expect(fields(answer)).toEqual(named);
    });

    it('takes a time with its offset, a day, and null', async () => {
      const times = { startsAt: '2026-01-31T12:00:00+01:00', endsAt: '2026-02-28' };
      const answer = await api.put('/codes/26161/programs/P-TIMED', { ...JOIN, keywords: ['TIMED'], ...times });
      expect(answer.status).toBe(201);
      const [last] = (await api.events('code-26161')).slice(-1);
      expect(last?.data).toMatchObject({ startsAt: '2026-01-31T11:00:00.000Z', endsAt: '2026-02-28T00:00:00.000Z' });
      const open = { ...JOIN, keywords: ['TIMED'], startsAt: null, endsAt: null };
      expect((await api.put('/codes/26161/programs/P-TIMED', open)).status).toBe(200);
    });

    it('is won by one of two that claim a keyword at the same time', async () => {
      const claims = Array.from({ length: 10 }, (_, n) =>
        api.put(`/codes/26161/programs/RACE-${n}`, { ...JOIN, keywords: ['RACE'] }),
      );
      const answers = await Promise.all(claims);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
      const [winner] = answers.filter(({ status }) => status === 201);
      for (const { status, body } of answers)
        if (status === 409) expect(body.detail).toContain(`program ${String(winner?.body.id)} `);
    });

    it('is one of two hundred that are provisioned on one code at the same time', async () => {
      const programs = Array.from({ length: 200 }, (_, n) =>
        api.put(`/codes/87767/programs/MANY-${n}`, { ...JOIN, keywords: [`MANY${n}`] }),
      );
      expect(new Set((await Promise.all(programs)).map(({ status }) => status))).toEqual(new Set([201]));
    });

    it('is paused, resumed and retired; each repeated is quiet', async () => {
      await api.put('/codes/26161/programs/P-STATE', { ...JOIN, keywords: ['STATE'] });
      const change = async (what: string) => {
        const first = await api.call('POST', `/codes/26161/programs/P-STATE/${what}`);
        const again = await api.call('POST', `/codes/26161/programs/P-STATE/${what}`);
        expect([first.status, again.status, again.position]).toEqual([200, 200, first.position]);
        return first.body;
      };
      expect(await change('pause')).toMatchObject({ paused: true, retired: false });
      expect(await change('resume')).toMatchObject({ paused: false, retired: false });
      expect(await change('retire')).toMatchObject({ retired: true });
      expect((await api.call('POST', '/codes/26161/programs/P-STATE/resume')).status).toBe(409);
      expect((await api.call('POST', '/codes/26161/programs/P-NONE/pause')).status).toBe(404);
      const heir = await api.put('/codes/26161/programs/P-HEIR', { ...JOIN, keywords: ['STATE'] });
      expect(heir.status).toBe(201);
    });
  });

  it('answers a command only when those who act on it know of it', async () => {
    const { position } = await api.put('/organizations/zeta', { name: 'Zeta' });
    expect(told.at(-1)?.toString()).toBe(position);
  });

  it('describes its bodies', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      paths: Record<string, { put?: { requestBody: { content: Record<string, { schema: { required: string[] } }> } } }>;
    };
    const body = document.paths['/codes/{code}/programs/{program}']?.put?.requestBody.content['application/json'];
    expect(body?.schema.required.sort()).toEqual(['handler', 'organization']);
  });
});
