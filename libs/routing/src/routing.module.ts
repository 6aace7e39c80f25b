import { Inject, Module, type DynamicModule, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { Health, LOGGER, partOf, type Logger } from '@mo-ledger/http';
import type { HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { KeywordRouter, type RouterLimits } from './keyword-router.js';
import { routerMetrics } from './router.metrics.js';

export interface RoutingDependencies {
  readonly log: EventLog;
  readonly ledgerKey: LedgerKey;
  readonly handlers: HandlerRegistry;
  readonly limits?: Partial<RouterLimits>;
}

/** A keyword router that runs as long as its application: with its figures, its health, and its errors in the log. */
@Module({})
export class RoutingModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(KeywordRouter) private readonly router: KeywordRouter) {}

  static register(dependencies: RoutingDependencies): DynamicModule {
    return {
      module: RoutingModule,
      providers: [
        {
          provide: KeywordRouter,
          inject: [Registry, Health, LOGGER],
          useFactory: (registry: Registry, health: Health, logger: Logger) =>
            create(dependencies, registry, health, logger),
        },
      ],
      exports: [KeywordRouter],
    };
  }

  onApplicationBootstrap(): void {
    this.router.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.router.stop();
  }
}

function create(
  { log, ledgerKey, handlers, limits = {} }: RoutingDependencies,
  registry: Registry,
  health: Health,
  logger: Logger,
): KeywordRouter {
  let unlogged = 0;
  let lastLogged = -Infinity;
  const metrics = routerMetrics(registry, () => router);
  const router: KeywordRouter = new KeywordRouter({
    ...{ log, key: ledgerKey, handlers, limits },
    onRouted: (outcome) => metrics.routed(outcome),
    onError: (error) => {
      metrics.failed();
      unlogged += 1;
      // A store that is away fails every message under way: once a second is enough to say so.
      if (performance.now() < lastLogged + 1_000) return;
      logger.warn({ err: error, times: unlogged }, 'routing: tried again');
      lastLogged = performance.now();
      unlogged = 0;
    },
  });
  health.add(() => partOf('keyword-router', router.live ? null : 'has not reached the end of the log'));
  return router;
}
