import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LedgerKey, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { KeywordRouter } from '@mo-ledger/routing';
import { LedgerOfMessages, programProvisioned } from '@mo-ledger/routing/testing';
import type { Bench, Result } from './bench.js';
import { start } from './event-store/child.js';
import { median } from './median.js';

const key = new LedgerKey('ab'.repeat(32));
const embedded = new URL('./main.js', import.meta.resolve('@mo-ledger/embedded-event-store'));
const PROGRAMS_AT_ONCE = 500;
const RECORDING = 64;

/** A code of its own on the one log, with so many programs and so many phones that text to it. */
class Scene {
  #texts = 0;

  constructor(
    private readonly ledger: LedgerOfMessages,
    public router: KeywordRouter,
    readonly code: string,
    readonly programs: number,
    readonly phones: number,
  ) {}

  async prepare(): Promise<void> {
    const { ledger, code, programs, phones } = this;
    await ledger.code(code);
    for (let from = 0; from < programs; from += PROGRAMS_AT_ONCE) {
      const some = Array.from({ length: Math.min(PROGRAMS_AT_ONCE, programs - from) }, (_, n) =>
        programProvisioned(code, `P-${from + n}`, 'join', [`K${from + n}`]),
      );
      await ledger.codeEvents(code, ...some);
    }
    await this.routed(phones);
  }

  /** Each phone in turn texts one of the keywords in turn. */
  #text(): Promise<{ position: bigint }> {
    const n = this.#texts++;
    const from = `+1404${String(1_000_000 + (n % this.phones))}`;
    return this.ledger.text(`K${n % this.programs} please`, { from, code: this.code, id: String(n) });
  }

  async #reached(position: bigint): Promise<void> {
    while ((this.router.position ?? -1n) < position) await new Promise((resolve) => setImmediate(resolve));
  }

  /** So many texts, recorded as fast as it goes, and routed. */
  async routed(texts: number): Promise<void> {
    let left = texts;
    let last = 0n;
    const recording = async (): Promise<void> => {
      while (left-- > 0) {
        const { position } = await this.#text();
        if (position > last) last = position;
      }
    };
    await Promise.all(Array.from({ length: RECORDING }, recording));
    await this.#reached(last);
  }

  /** One text after the other: how long each takes from recorded to routed, in milliseconds. */
  async times(texts: number): Promise<number[]> {
    const times: number[] = [];
    for (let n = 0; n < texts; n++) {
      const { position } = await this.#text();
      const recorded = performance.now();
      await this.#reached(position);
      times.push(performance.now() - recorded);
    }
    return times;
  }
}

/** How many texts a second the router routes that have been recorded before it starts. */
async function catchUp(log: EventLog, texts: number): Promise<number> {
  const ledger = new LedgerOfMessages(log, key, 'catch-up');
  await ledger.code('26169');
  await ledger.program('26169', 'P-JOIN', 'join', ['JOIN']);
  let first = 0;
  const router = new KeywordRouter({
    log,
    key,
    handlers: installedHandlers,
    onRouted: () => (first ||= performance.now()),
  });
  let left = texts;
  const recording = async (): Promise<void> => {
    while (left > 0) await ledger.text('join', { from: `+1404${2_000_000 + left--}`, code: '26169' });
  };
  await Promise.all(Array.from({ length: RECORDING }, recording));
  const { position } = await ledger.text('join', { code: '26169' });
  router.start();
  while ((router.position ?? -1n) < position) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - first) / 1_000;
  await router.stop();
  return texts / seconds;
}

export const routing: Bench = {
  name: 'routing',
  summary: 'a message routed with 100,000 subscribers and with 10,000 programs, beside ten of each',
  run: async (args): Promise<Result> => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        subscribers: { type: 'string', default: '100000' },
        programs: { type: 'string', default: '10000' },
        texts: { type: 'string', default: '300' },
        rounds: { type: 'string', default: '5' },
      },
    });
    const [subscribers, programs, texts, rounds] = [
      values.subscribers,
      values.programs,
      values.texts,
      values.rounds,
    ].map(Number) as [...[number, number, number, number]];
    const dir = mkdtempSync(join(tmpdir(), 'mo-ledger-bench-'));
    const store = await start(embedded, ['--port', '0', '--dir', dir]);
    const log = connectEventLog({ url: `esdb://127.0.0.1:${store.port}?tls=false` });
    try {
      const perSecond = await catchUp(log, 20_000);
      const ledger = new LedgerOfMessages(log, key, 'routing');
      const router = new KeywordRouter({ log, key, handlers: installedHandlers });
      router.start();
      const scene = (code: string, some: number, phones: number) => new Scene(ledger, router, code, some, phones);
      const [few, many, manyPrograms] = [
        scene('26161', 10, 10),
        scene('26162', 10, subscribers),
        scene('26163', programs, 10),
      ];
      for (const one of [few, many, manyPrograms]) await one.prepare();

      const times = new Map<Scene, number[]>([few, many, manyPrograms].map((one) => [one, []]));
      // In turn, so that whatever else the machine does meets all of them alike.
      for (let round = 0; round < rounds; round++)
        for (const [one, all] of times) all.push(median(await one.times(texts)));
      await router.stop();

      // Another router, in whose memory none of them is when it texts.
      const forgetful = new KeywordRouter({ log, key, handlers: installedHandlers, limits: { subscribers: 1 } });
      forgetful.start();
      many.router = forgetful;
      const cold: number[] = [];
      for (let round = 0; round < rounds; round++) cold.push(median(await many.times(texts)));
      await forgetful.stop();
      const of = (one: Scene): number => median(times.get(one) ?? []);
      return {
        ratios: {
          [`time a message, ${subscribers} subscribers : 10`]: of(many) / of(few),
          [`time a message, ${subscribers} subscribers, none in memory : 10`]: median(cold) / of(few),
          [`time a message, ${programs} programs : 10`]: of(manyPrograms) / of(few),
        },
        figures: {
          'messages routed/s, catching up, each of a new subscriber': perSecond,
          'ms from recorded to routed, 10 subscribers, 10 programs': of(few),
          [`ms from recorded to routed, ${subscribers} subscribers`]: of(many),
          [`ms from recorded to routed, ${subscribers} subscribers, none in memory`]: median(cold),
          [`ms from recorded to routed, ${programs} programs`]: of(manyPrograms),
          'MB resident, router and load': process.memoryUsage().rss / 1e6,
        },
      };
    } finally {
      await log.close();
      await store.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
