import { Counter, Gauge, type Registry } from 'prom-client';
import type { RoutingOutcome } from '@mo-ledger/subscribers';
import type { KeywordRouter } from './keyword-router.js';

/** What is measured of the router. */
export interface RouterMetrics {
  routed(outcome: RoutingOutcome): void;
  failed(): void;
}

/** Registers the router's figures; `router` answers those that are asked for when they are read. */
export function routerMetrics(registry: Registry, router: () => KeywordRouter | undefined): RouterMetrics {
  const registers = [registry];
  const routed = new Counter({
    name: 'ledger_messages_routed_total',
    help: 'Messages that were routed, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const failed = new Counter({
    name: 'ledger_router_errors_total',
    help: 'What went wrong while routing and was tried again',
    registers,
  });
  new Gauge({
    name: 'ledger_router_lag_seconds',
    help: 'Age of the oldest message that is not routed; 0 when caught up, NaN before it is known',
    registers,
    collect() {
      this.set(router()?.lagSeconds(new Date()) ?? NaN);
    },
  });
  new Gauge({
    name: 'ledger_router_messages_pending',
    help: 'Messages that are being routed or wait for their subscriber',
    registers,
    collect() {
      this.set(router()?.pending ?? 0);
    },
  });
  return { routed: (outcome) => routed.inc({ outcome }), failed: () => failed.inc() };
}
