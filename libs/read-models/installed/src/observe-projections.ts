import { partOf, type Health, type PartHealth } from '@mo-ledger/http';
import { Gauge, type Registry } from 'prom-client';
import type { Statuses } from './read-side.js';

const NO_DATABASE = 'the read models’ database does not answer';

/**
 * Figures and health of the projections, in a service's `/metrics` and `/health`.
 *
 * @param readyWithin the service is not ready while a projection is being built or serves data that is older than so many seconds; null
 * where that is nothing to this service
 */
export function observeProjections(
  { metrics, health }: { metrics: Registry; health: Health },
  statuses: Statuses,
  readyWithin: number | null = null,
): void {
  // Every gauge is collected at the same moment: one look serves them all. What is not known is not reported.
  let looking: ReturnType<Statuses> | null = null;
  const look = () =>
    (looking ??= statuses()
      .catch(() => [])
      .finally(() => (looking = null)));
  const labelNames = ['projection'] as const;
  const gauge = (name: string, help: string, value: (status: Awaited<ReturnType<Statuses>>[number]) => number) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [metrics],
      async collect() {
        this.reset();
        for (const status of await look()) this.set({ projection: status.name }, value(status));
      },
    });
  gauge(
    'ledger_projection_lag_seconds',
    'Age of the oldest event that is not in the read model yet; 0 when caught up',
    (s) => s.lagSeconds,
  );
  gauge(
    'ledger_projection_events_per_second',
    'Events that were brought in, over the last seconds',
    (s) => s.eventsPerSecond,
  );
  gauge('ledger_projection_position', 'Position in the log up to which the read model is built', (s) =>
    Number(s.position ?? 0),
  );
  gauge('ledger_projection_stopped', '1 where the projection stands still at an event that it cannot handle', (s) =>
    s.stoppedAt ? 1 : 0,
  );
  gauge(
    'ledger_projection_gap',
    'Positions of the log from where the read model is to the end; no count of events',
    (s) => Number(s.gap),
  );
  gauge('ledger_projection_parked_events', 'Events that are parked', (s) => s.parked);
  new Gauge({
    name: 'ledger_projection_batch_events',
    help: 'Size of the last batch, and why it was closed: FULL, or nothing more had ARRIVED',
    labelNames: ['projection', 'closed_by'],
    registers: [metrics],
    async collect() {
      this.reset();
      for (const { name, batch } of await look())
        if (batch) this.set({ projection: name, closed_by: batch.closedBy }, batch.size);
    },
  });

  health.add(async () => {
    const all = await statuses().catch(() => null);
    if (!all) return partOf('projections', NO_DATABASE);
    const stopped = all.filter(({ state }) => state === 'STOPPED').map(({ name }) => name);
    return partOf(
      'projections',
      stopped.length > 0 ? `stopped: ${stopped.join(', ')}; GET /projections says why` : null,
    );
  }, false);
  if (readyWithin !== null) health.add(() => freshness(statuses, readyWithin));
}

async function freshness(statuses: Statuses, readyWithin: number): Promise<PartHealth> {
  const name = 'read-models';
  const all = await statuses().catch(() => null);
  if (!all) return partOf(name, NO_DATABASE);
  const unbuilt = all.filter(({ builds }) => !builds.some(({ state }) => state === 'SERVING'));
  if (unbuilt.length > 0) {
    const how = unbuilt.map((status) => `${status.name} (${status.progress.percent} %)`).join(', ');
    return { name, ok: false, detail: `being built: ${how}` };
  }
  const old = all.filter(({ lagSeconds }) => lagSeconds > readyWithin);
  if (old.length === 0) return { name, ok: true };
  const which = old.map((status) => `${status.name} by ${Math.round(status.lagSeconds)} s`).join(', ');
  return { name, ok: false, detail: `behind the log by more than ${readyWithin} s: ${which}` };
}
