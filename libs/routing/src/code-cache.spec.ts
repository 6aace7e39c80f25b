import fc from 'fast-check';
import { CodeChanged, CodeProvisioned, type CodeEvent } from '@mo-ledger/codes';
import { InMemoryEventLog, LedgerKey, type Recorded } from '@mo-ledger/event-sourcing';
import { CodeCache, isCodeEvent } from './code-cache.js';
import { LedgerOfMessages, programProvisioned } from './testing/index.js';

const key = new LedgerKey('ab'.repeat(32));
const CODES = ['101', '102', '103'];
const at = '2026-11-23T12:00:00.000Z';
const settings = { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' } as const;

describe('the cache of codes', () => {
  it('has each code as the log had it at every position, however few it keeps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...CODES), { maxLength: 25 }),
        fc.array(fc.constantFrom(...CODES), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (changes, asked, most) => {
          const log = new InMemoryEventLog();
          const ledger = new LedgerOfMessages(log, key);
          for (const [n, code] of changes.entries()) await ledger.codeEvents(code, change(code, n));
          const cache = new CodeCache(log, most);
          for (const [n, event] of log.events.entries()) {
            expect(isCodeEvent(event)).toBe(true);
            cache.apply(event);
            const code = asked[n % asked.length] ?? '';
            const cached = cache.get(code) ?? (await cache.load(code, event.position + 1n));
            const before = log.events.slice(0, n + 1).filter(({ stream }) => stream === `code-${code}`);
            expect(cached.revision).toBe(before.at(-1)?.revision ?? null);
            expect(cached.state.settings?.optOutWords ?? []).toEqual(wordsOf(before));
            expect(cached.state.programs.size).toBe(before.filter(({ type }) => type === 'ProgramProvisioned').length);
          }
        },
      ),
    );
  });
});

/** The first change of a code that a run makes may be any of them: the cache folds what is there. */
const change = (code: string, n: number): CodeEvent => {
  if (n % 3 === 2) return programProvisioned(code, `P-${n}`, 'info', [`K${n}`]);
  const data = { code, at, ...settings, forwardsOptOut: false, optOutWords: [`W${n}`] };
  return n % 3 === 0 ? new CodeProvisioned(data) : new CodeChanged(data);
};

const wordsOf = (events: readonly Recorded[]): readonly string[] =>
  (events.findLast(({ type }) => type !== 'ProgramProvisioned')?.data as CodeProvisioned['data'] | undefined)
    ?.optOutWords ?? [];
