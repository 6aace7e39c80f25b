import {
  codeWarnings,
  evolveCode,
  initialCode,
  matchProgram,
  ProgramPaused,
  ProgramRetired,
  type CodeEvent,
} from '@mo-ledger/codes';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { messages } from '@mo-ledger/messages-read-model';
import { at } from '@mo-ledger/messages-read-model/testing';
import { startReadSide, type ReadSideUnderTest } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { handlerResults, keywordPrograms, KeywordProgramsReadModelModule } from './index.js';
import { code, organization, program } from './testing/example-programs.js';

describe('what is provisioned', () => {
  let store: ReadStore;
  let side: ReadSideUnderTest;
  beforeAll(async () => {
    store = await testReadStore();
    const projections = [messages, keywordPrograms, handlerResults];
    side = await startReadSide(store, messages, projections, [KeywordProgramsReadModelModule]);
  });
  afterAll(async () => {
    await side.stop();
    await store.close();
  });

  const read = async (path: string): Promise<Record<string, unknown>> => {
    const { status, json, text } = await side.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status} ${text}`);
    return json;
  };

  it('shows organizations, and never a key', async () => {
    await side.append('organization-b', [organization('b', 'secret-hash')]);
    await side.append('organization-a', [organization('a')]);
    const b = { organization: 'b', name: 'The b', hasKey: true, provisionedAt: at(0), changedAt: at(0) };
    expect(await read('/organizations/b')).toEqual(b);
    expect(await read('/organizations')).toMatchObject({
      items: [{ organization: 'a', hasKey: false }, b],
      next: null,
    });
    const { items, next } = await read('/organizations?limit=1');
    expect(items).toMatchObject([{ organization: 'a' }]);
    expect(await read(`/organizations?cursor=${String(next)}`)).toEqual({ items: [b], next: null });
    expect((await side.get('/organizations/c')).status).toBe(404);
    expect((await side.get('/organizations?name=b')).status).toBe(400);
    expect((await side.get('/organizations/b')).text).not.toContain('secret');
  });

  it('shows codes with the warnings that provisioning gave', async () => {
    const events: CodeEvent[] = [
      code('26161', { forwarding: 'KEYWORDS', optOutWords: ['arrêt', 'ça suffit'] }),
      program('26161', 'P', { keywords: ['Join', 'ARRÊT'] }),
      program('26161', 'Q', { keywords: ['other'] }),
      program('26161', 'ALL', { keywords: [], catchAll: true }),
    ];
    await side.append('code-26161', events);
    const warnings = codeWarnings(events.reduce(evolveCode, initialCode));
    expect(warnings).toHaveLength(3);
    await side.append('code-26162', [code('26162', { sharing: 'SHARED', organization: null, forwarding: 'KEYWORDS' })]);
    const shown = {
      code: '26161',
      type: 'SHORT',
      sharing: 'DEDICATED',
      forwarding: 'KEYWORDS',
      organization: 'acme',
      forwardsOptOut: false,
      optOutWords: ['arrêt', 'ça suffit'],
      warnings,
    };
    expect(await read('/codes/26161')).toMatchObject(shown);
    expect(await read('/codes')).toMatchObject({
      items: [shown, { code: '26162', organization: null, warnings: [expect.any(String)] }],
    });
    expect((await read('/codes?limit=1'))['items']).toHaveLength(1);
    expect((await side.get('/codes/26163')).status).toBe(404);
  });

  it('lists the handlers that are installed', async () => {
    const { items, next } = await read('/handlers');
    expect(next).toBeNull();
    expect(items).toEqual(
      installedHandlers.all.map(({ name, description, settingsSchema }) =>
        expect.objectContaining({ name, description, settings: settingsSchema }),
      ),
    );
    expect(items).toContainEqual(expect.objectContaining({ name: 'vote', events: ['VoteCast', 'VoteRefused'] }));
    const page = await read('/handlers?limit=1');
    const rest = await read(`/handlers?cursor=${String(page['next'])}`);
    expect([...(page['items'] as object[]), ...(rest['items'] as object[])]).toEqual(items);
    expect((await side.get('/handlers?cursor=x')).status).toBe(400);
  });

  it('matches a text as the router does', async () => {
    const dedicated: CodeEvent[] = [
      code('800', { optOutWords: ['ça suffit'] }),
      program('800', 'JOIN', { keywords: ['Café', 'join', 'yes'] }),
      program('800', 'ONLY', { keywords: ['one'], match: 'ONLY' }),
      program('800', 'PAUSED', { keywords: ['paused'] }),
      program('800', 'OLD', { keywords: ['old', '🎁'] }),
      program('800', 'ENDED', { keywords: ['ended'], endsAt: at(0) }),
      program('800', 'ALL', { keywords: [], catchAll: true }),
      new ProgramPaused({ code: '800', program: 'PAUSED', at: at(3) }),
      new ProgramRetired({ code: '800', program: 'OLD', at: at(4) }),
    ];
    const shared: CodeEvent[] = [
      code('801', { sharing: 'SHARED', organization: null, forwarding: 'KEYWORDS' }),
      program('801', 'OURS', { keywords: ['ours'] }),
      program('801', 'THEIRS', { keywords: ['theirs'], organization: 'other' }),
    ];
    await side.append('code-800', dedicated);
    await side.append('code-801', shared);
    const texts = [
      'JOIN me in',
      ' cafe\u0301! ',
      'one',
      'one more',
      'paused',
      'old',
      '🎁',
      'ended',
      'Stop. Thank you',
      'Ça suffit!',
      'yes',
      '👍 YES',
      'START',
      'info',
      'HELP',
      'ours',
      'theirs',
      'nothing',
      '',
      "don't stop",
      'join\0',
      '\ud83d join',
    ];
    for (const [digits, events] of [
      ['800', dedicated],
      ['801', shared],
    ] as const) {
      const state = events.reduce(evolveCode, initialCode);
      for (const text of texts)
        await Promise.all(
          [undefined, 'acme', 'other', 'nobody'].map(async (asked) => {
            const query = new URLSearchParams({ text, ...(asked === undefined ? {} : { organization: asked }) });
            const found = matchProgram(state, {
              organization: asked ?? state.settings?.organization ?? null,
              message: text.toWellFormed(),
              messageOrig: null,
              at: new Date().toISOString(),
            });
            const { outcome, keyword, match, args, reserved, reason, anomalies } = found;
            const expected = { outcome, program: found.program, keyword, match, args, reserved, reason, anomalies };
            const answer = await read(`/codes/${digits}/match?${query.toString()}`);
            expect([text, asked, answer]).toEqual([text, asked, expected]);
          }),
        );
    }
  });

  it('says that a code is not provisioned, and what it lacks', async () => {
    expect(await read('/codes/999/match?text=JOIN')).toMatchObject({ outcome: 'UNPROVISIONED', program: null });
    expect(await read('/codes/999/match?text=stop')).toMatchObject({ outcome: 'UNPROVISIONED', reserved: 'STOP' });
    for (const query of ['', '?text=a&text=b', '?text=a&org=b'])
      expect([query, (await side.get(`/codes/999/match${query}`)).status]).toEqual([query, 400]);
  });
});
