import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerKey, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { CHECKPOINT_STREAM, KeywordRouter } from '@mo-ledger/routing';
import { LedgerOfMessages, programProvisioned } from '@mo-ledger/routing/testing';
import type { Bench, Result } from './bench.js';
import { compare } from './comparison.js';
import { startEventStore } from './event-store-process.js';
import { measureBurst } from './ingest/burst.js';
import { median } from './median.js';

const key = new LedgerKey('ab'.repeat(32));
const PROGRAMS_AT_ONCE = 500;
const RECORDING = 256;
/** Of those whose messages are routed as fast as it goes. */
const SUBSCRIBERS = 10_000;

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

/** How many texts a second the router routes that have been recorded before it starts, each phone in turn. */
async function catchUp(log: EventLog, texts: number, phones: number, round: number): Promise<number> {
  const code = String(26_170 + round);
  const ledger = new LedgerOfMessages(log, key, `catch-up-${round}`);
  await ledger.code(code);
  const { position: before } = await ledger.program(code, 'P-JOIN', 'join', ['JOIN']);
  let left = texts;
  let last = 0n;
  const recording = async (): Promise<void> => {
    while (left > 0) {
      const { position } = await ledger.text('join', { from: `+1404${2_000_000 + (left-- % phones)}`, code });
      if (position > last) last = position;
    }
  };
  await Promise.all(Array.from({ length: RECORDING }, recording));
  let first = 0;
  const onRouted = (): void => void (first ||= performance.now());
  const router = new KeywordRouter({ log: from(log, before), key, handlers: installedHandlers, onRouted });
  router.start();
  while ((router.position ?? -1n) < last) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - first) / 1_000;
  await router.stop();
  return texts / seconds;
}

/** The log as a router sees it that has no checkpoint: from a position on, so that each round has its own texts only. */
const from = (log: EventLog, position: bigint): EventLog => ({
  ...log,
  subscribe: (options) => log.subscribe(options.after === 'start' ? { ...options, after: position } : options),
  readStream: (stream, options) => (stream === CHECKPOINT_STREAM ? NOTHING : log.readStream(stream, options)),
});
const NOTHING = (async function* () {})();

export const routing: Bench = {
  name: 'routing',
  summary: 'messages routed, beside posts; and with many subscribers or programs, beside ten of each',
  options: {
    subscribers: { default: '100000', quick: '1000', meaning: 'of the code with many' },
    programs: { default: '10000', quick: '1000', meaning: 'of the code with many' },
    texts: { default: '300', quick: '50', meaning: 'routed one after the other, each round' },
    rounds: { default: '5', quick: '2', meaning: 'rounds' },
    routed: {
      default: '50000',
      quick: '5000',
      meaning: 'messages of 10,000 subscribers, as fast as it goes, each round',
    },
    burst: { default: '10', quick: '3', meaning: 'seconds of the posts that this is compared with' },
  },
  goals: { routing: { atLeast: 1 } },
  run: async (given, { memo }): Promise<Result> => {
    const [subscribers, programs] = [given.number('subscribers'), given.number('programs')];
    const [texts, rounds] = [given.number('texts'), given.number('rounds')];
    const burst = await memo.get('burst', async () => (await measureBurst(given.number('burst'), 1)).perSecond);
    const dir = mkdtempSync(join(tmpdir(), 'mo-ledger-bench-'));
    const store = await startEventStore(dir);
    const log = connectEventLog({ url: store.url });
    try {
      const perSecond: number[] = [];
      for (let round = 0; round < rounds; round++)
        perSecond.push(await catchUp(log, given.number('routed'), SUBSCRIBERS, round));
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
      const what = { name: 'routing', unit: 'messages/s', with: 'posts/s of a burst through the whole ledger' };
      return {
        comparisons: [compare(what, perSecond, [burst])],
        ratios: {
          [`time a message, ${subscribers} subscribers : 10`]: of(many) / of(few),
          [`time a message, ${subscribers} subscribers, none in memory : 10`]: median(cold) / of(few),
          [`time a message, ${programs} programs : 10`]: of(manyPrograms) / of(few),
        },
        figures: {
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
