import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { CODE_EVENTS, ProgramPaused, ProgramResumed } from '@mo-ledger/codes';
import { InMemoryEventLog, LedgerKey, openLedger, type EventLog, type Recorded } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { TestEventStore } from '@mo-ledger/event-store/testing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { MessageRecorded } from '@mo-ledger/messages';
import { CHECKPOINT_STREAM, KeywordRouter } from '@mo-ledger/routing';
import { LedgerOfMessages } from '@mo-ledger/routing/testing';

const ROUNDS = rounds({ short: 6, long: 50 });
/** How far the texting may be ahead of the routing. */
const BACKLOG = 400;
const KEY = 'ab'.repeat(32);
const key = new LedgerKey(KEY);
const root = resolve(import.meta.dirname, '../../..');
const TEXTS = ['JOIN', 'stop', 'START', 'vote a', 'Vote B', 'hours', "don't stop", 'hello', 'HELP', 'join Jane'];

beforeAll(() => {
  const env = { ...process.env, CI: 'true' };
  execFileSync(process.execPath, [join(root, 'tools/workspace/prepare.mjs'), '--build'], { env });
});

describe('a keyword router that is killed at random moments', () => {
  let store: TestEventStore;
  let log: EventLog;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    store = await TestEventStore.start();
    log = connectEventLog({ url: store.url });
    await openLedger(log, key, randomUUID(), 'spec');
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await log.close();
    await store.remove();
  });

  const startRouter = (): ChildProcess => {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const env = { ...inherited, EVENTSTORE_URL: store.url, LEDGER_KEY: KEY, PORT: '0', LOG_LEVEL: 'fatal' };
    const child = spawn(process.execPath, [join(root, 'apps/keyword-router/dist/main.js')], { env, stdio: 'ignore' });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };

  it('routes each message once, and leaves each subscriber as if it had never been killed', async () => {
    const ledger = new LedgerOfMessages(log, key);
    await ledger.code('26161');
    await ledger.program('26161', 'P-JOIN', 'join', ['JOIN']);
    await ledger.program('26161', 'P-INFO', 'info', ['HOURS']);
    await ledger.program('26161', 'P-VOTE', 'vote', ['VOTE'], { settings: { choices: ['A', 'B'] } });

    // What the routers append, as it comes: their progress, and at last everything.
    const done = new AbortController();
    const routed: string[] = [];
    const waiting = new Set<() => void>();
    const watching = (async () => {
      for await (const delivery of log.subscribe({ after: 'start', signal: done.signal })) {
        if (delivery.kind !== 'event' || !('handledPosition' in delivery.event.data)) continue;
        routed.push(delivery.event.metadata.$correlationId);
        for (const wake of waiting) wake();
        waiting.clear();
      }
    })();
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise<void>((wake) => waiting.add(wake));
    };
    const progress = (messages: number): Promise<void> => {
      const target = routed.length + messages;
      return until(() => routed.length >= target);
    };

    let stopped = false;
    let sent = 0;
    const texting = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        await until(() => stopped || sent < routed.length + BACKLOG);
        const n = ++sent;
        const from = `+1404555${String(randomInt(40)).padStart(4, '0')}`;
        await ledger.text(TEXTS[n % TEXTS.length] ?? '', { from, id: String(n + randomInt(50)) });
      }
    });
    const provisioning = (async () => {
      const of = { code: '26161', program: 'P-VOTE', at: '2026-11-23T12:00:00.000Z' };
      for (let n = 0; !stopped; n++) {
        await progress(40);
        await ledger.codeEvents('26161', n % 2 ? new ProgramResumed(of) : new ProgramPaused(of));
      }
    })();

    let router = startRouter();
    for (let round = 0; round < ROUNDS; round++) {
      await progress(randomInt(1, 120));
      // Every now and then the next one begins while this one still works.
      if (round % 5 === 4) {
        const next = startRouter();
        await progress(randomInt(1, 200));
        router.kill('SIGKILL');
        router = next;
        continue;
      }
      router.kill('SIGKILL');
      router = startRouter();
    }
    stopped = true;
    await Promise.all([...texting, provisioning]);
    const { ledgerId: last } = await ledger.text('the end', { from: '+14045559999' });
    await until(() => routed.includes(last));
    router.kill('SIGTERM');
    await new Promise((ended) => router.once('exit', ended));
    done.abort();
    await watching;

    const recorded = (await all(log)).filter(({ type }) => type === MessageRecorded.type);
    expect(recorded.length).toBeGreaterThan(ROUNDS);
    expect(routed.toSorted()).toEqual(
      recorded.map(({ data }) => (data as MessageRecorded['data']).ledgerId).toSorted(),
    );
    expect(bySubscriber(await all(log))).toEqual(bySubscriber(await routedWithoutKills(await all(log))));
  });
});

const all = async (log: EventLog): Promise<Recorded[]> => {
  const events: Recorded[] = [];
  for await (const event of log.readAll()) events.push(event);
  return events;
};

/** The same provisioning and messages in the same order, routed by a router that nobody disturbs. */
async function routedWithoutKills(events: readonly Recorded[]): Promise<readonly Recorded[]> {
  const log = new InMemoryEventLog();
  const wanted = new Set<string>([...CODE_EVENTS, MessageRecorded].map(({ type }) => type));
  for (const event of events.filter(({ type }) => wanted.has(type))) {
    const { id, type, data, metadata, stream, revision } = event;
    await log.append(stream, [{ id, event: { type, data }, metadata }], revision === 0n ? 'no_stream' : revision - 1n);
  }
  const end = log.events.at(-1)?.position ?? 0n;
  const router = new KeywordRouter({ log, key, handlers: installedHandlers });
  router.start();
  while ((router.position ?? -1n) < end) await new Promise((resolve) => setImmediate(resolve));
  await router.stop();
  return log.events.filter(({ stream }) => stream !== CHECKPOINT_STREAM);
}

/** Each subscriber's events, but for positions, which are the log's own. */
function bySubscriber(events: readonly Recorded[]): Record<string, unknown[]> {
  const subscribers: Record<string, unknown[]> = {};
  for (const { stream, type, data, id, revision } of events) {
    if (!stream.startsWith('subscriber-')) continue;
    (subscribers[stream] ??= []).push({ id, type, revision, data: { ...data, handledPosition: null } });
  }
  return subscribers;
}
