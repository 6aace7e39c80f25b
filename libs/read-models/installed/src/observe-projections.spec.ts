import { Health } from '@mo-ledger/http';
import type { BuildStatus, ProjectionStatus } from '@mo-ledger/projections';
import { Registry } from 'prom-client';
import { observeProjections } from './index.js';

const build: BuildStatus = {
  build: 'it_v1_1',
  version: 1,
  state: 'SERVING',
  position: '70',
  handled: 1,
  percent: 100,
  parked: 0,
  lastError: null,
};
const status = (name: string, more: Partial<ProjectionStatus> = {}): ProjectionStatus => ({
  name,
  version: 1,
  state: 'LIVE',
  position: '70',
  lagSeconds: 0,
  gap: '0',
  eventsPerSecond: 3,
  batch: { size: 12, closedBy: 'ARRIVED' },
  parked: 0,
  lastError: null,
  stoppedAt: null,
  onFailure: 'STOP',
  projector: 'p',
  builds: [build],
  progress: { handled: 1, total: 1, percent: 100, secondsLeft: 0 },
  ...more,
});

describe('what a service tells of its projections', () => {
  const observed = (statuses: readonly ProjectionStatus[] | null, readyWithin: number | null = null) => {
    const service = { metrics: new Registry(), health: new Health() };
    const all = async () => {
      if (!statuses) throw new Error('the database is away');
      return statuses;
    };
    observeProjections(service, all, readyWithin);
    return service;
  };

  it('is lag, gap, rate, the last batch and why it was closed, and what is parked', async () => {
    const { metrics } = observed([status('messages', { lagSeconds: 2.5, gap: '130', parked: 4 })]);
    const text = await metrics.metrics();
    for (const line of [
      'ledger_projection_lag_seconds{projection="messages"} 2.5',
      'ledger_projection_gap{projection="messages"} 130',
      'ledger_projection_events_per_second{projection="messages"} 3',
      'ledger_projection_batch_events{projection="messages",closed_by="ARRIVED"} 12',
      'ledger_projection_parked_events{projection="messages"} 4',
      'ledger_projection_stopped{projection="messages"} 0',
    ])
      expect(text).toContain(line);
  });

  it('is not ok where one has stopped, which alone does not end readiness', async () => {
    const { health } = observed([status('messages'), status('consent', { state: 'STOPPED' })], 60);
    expect(await health.all()).toMatchObject({
      ok: false,
      parts: [{ name: 'projections', ok: false, detail: 'stopped: consent; GET /projections says why' }, { ok: true }],
    });
    expect((await health.ready()).ok).toBe(true);
  });

  it('is not ready where data is older than the limit, and says which', async () => {
    const statuses = [status('messages', { lagSeconds: 61 }), status('consent', { lagSeconds: 59 })];
    expect(await observed(statuses, 60).health.ready()).toEqual({
      ok: false,
      parts: [{ name: 'read-models', ok: false, detail: 'behind the log by more than 60 s: messages by 61 s' }],
    });
    expect((await observed(null, 60).health.ready()).ok).toBe(false);
  });

  it('is not ready while something is being built for the first time, and says how far it is', async () => {
    const filling: Partial<ProjectionStatus> = {
      builds: [{ ...build, state: 'FILLING' }],
      progress: { handled: 1, total: 4, percent: 25, secondsLeft: null },
    };
    expect(await observed([status('messages'), status('consent', filling)], 60).health.ready()).toEqual({
      ok: false,
      parts: [{ name: 'read-models', ok: false, detail: 'being built: consent (25 %)' }],
    });
  });

  it('leaves readiness alone where the limit is nothing to the service', async () => {
    const { health } = observed([status('messages', { lagSeconds: 1_000 })]);
    expect(await health.ready()).toEqual({ ok: true, parts: [] });
  });
});
