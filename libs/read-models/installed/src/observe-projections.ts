import type { Health } from '@mo-ledger/http';
import { Gauge, type Registry } from 'prom-client';
import type { Statuses } from './read-side.js';

/** Figures and health of the projections, in a service's `/metrics` and `/health`. */
export function observeProjections(
  { metrics, health }: { metrics: Registry; health: Health },
  statuses: Statuses,
): void {
  const labelNames = ['projection'] as const;
  const gauge = (name: string, help: string, value: (status: Awaited<ReturnType<Statuses>>[number]) => number) =>
    new Gauge({
      ...{ name, help, labelNames, registers: [metrics] },
      async collect() {
        for (const status of await statuses().catch(() => [])) this.set({ projection: status.name }, value(status));
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
    s.state === 'STOPPED' ? 1 : 0,
  );

  health.add(async () => {
    const stopped = (await statuses()).filter(({ state }) => state === 'STOPPED').map(({ name }) => name);
    const detail = `stopped: ${stopped.join(', ')}; GET /projections says why`;
    return { name: 'projections', ok: stopped.length === 0, ...(stopped.length > 0 ? { detail } : {}) };
  }, false);
}
