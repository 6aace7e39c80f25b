import { messages } from '@mo-ledger/messages-read-model';
import { at, matched } from '@mo-ledger/messages-read-model/testing';
import type { ProjectionStatus } from '@mo-ledger/projections';
import { openedLog, until } from '@mo-ledger/projections/testing';
import { startReadSide, type Answer } from '@mo-ledger/read-model-kit/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { emptyReadStore, testReadStore } from '@mo-ledger/read-store/testing';
import { OptedOut } from '@mo-ledger/subscribers';
import { consent, ConsentReadModelModule } from './index.js';

const DEVICE = { code: '100', deviceAddress: '14045554900', deviceE164: '+14045554900' };
const PATH = '/codes/100/subscribers/14045554900';
const stopped = new OptedOut({
  ...DEVICE,
  ledgerId: 'l1',
  messageId: '1',
  text: 'STOP',
  at: at(1),
  confidence: 'EXACT',
  programs: [],
  reviewId: null,
});

describe('consent after the read models were deleted', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  afterAll(() => store.close());

  it('is not told before all of the log is read: nobody who said STOP is NONE', async () => {
    const log = await openedLog();
    const start = () => startReadSide(store, messages, [messages, consent], [ConsentReadModelModule], log);
    const before = await start();
    const middle = await before.append('subscriber-0', [matched('l0', 1n, { ...DEVICE, deviceAddress: '1' })]);
    await before.append('subscriber-1', [matched('l1', 1n, DEVICE), stopped]);
    const isThere = ({ status }: Answer) => status === 200;
    const { json: known } = await until('consent is known', () => before.get(PATH), isThere);
    expect(known).toMatchObject({ consent: { state: 'OPTED_OUT' } });
    await before.stop();

    await emptyReadStore(store);
    log.holdAt(middle);
    const after = await start();
    const statusOf = async (name: string) =>
      (await fetch(`${after.url}/projections/${name}`)).json() as Promise<ProjectionStatus>;
    const isHeld = ({ position }: ProjectionStatus) => position === String(middle);
    for (const { name } of [messages, consent]) await until(`${name} is held`, () => statusOf(name), isHeld);
    const { state, progress } = await statusOf('consent');
    expect([state, progress.handled]).toEqual(['CATCHING_UP', 1]);
    expect(progress.percent).toBeGreaterThan(0);
    expect(progress.percent).toBeLessThan(100);
    for (const headers of [{}, { 'ledger-after': '1' }] as Record<string, string>[]) {
      const answer = await fetch(after.url + PATH, { headers });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({
        type: 'urn:mo-ledger:problem:read-model-not-ready',
        position: String(middle),
        progress: { handled: 1, percent: progress.percent },
      });
    }

    log.holdAt(null);
    const { json: rebuilt } = await until('consent is told again', () => after.get(PATH), isThere);
    expect(rebuilt).toEqual(known);
    await after.stop();
  });
});
