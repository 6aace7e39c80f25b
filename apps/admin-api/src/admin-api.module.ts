import { Module, type DynamicModule } from '@nestjs/common';
import { AdminModule } from '@mo-ledger/admin';
import type { EventLog } from '@mo-ledger/event-sourcing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { kaleyra } from '@mo-ledger/kaleyra';
import type { Configuration } from './configuration.js';

@Module({})
export class AdminApiModule {
  static register(log: EventLog, { ledgerKey, retryMinutes }: Configuration): DynamicModule {
    const dependencies = { log, ledgerKey, retryMinutes, handlers: installedHandlers, gateways: [kaleyra] };
    return { module: AdminApiModule, imports: [AdminModule.register(dependencies)] };
  }
}
