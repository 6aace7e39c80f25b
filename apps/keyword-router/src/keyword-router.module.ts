import { Module, type DynamicModule } from '@nestjs/common';
import type { EventLog } from '@mo-ledger/event-sourcing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { RoutingModule } from '@mo-ledger/routing';
import type { Configuration } from './configuration.js';

@Module({})
export class KeywordRouterModule {
  static register(log: EventLog, { ledgerKey }: Configuration): DynamicModule {
    const routing = RoutingModule.register({ log, ledgerKey, handlers: installedHandlers });
    return { module: KeywordRouterModule, imports: [routing] };
  }
}
