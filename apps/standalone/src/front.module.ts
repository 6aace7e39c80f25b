import { Module, type DynamicModule } from '@nestjs/common';
import { AdminModule } from '@mo-ledger/admin';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { InboundModule, OrganizationDirectory } from '@mo-ledger/inbound';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { kaleyra } from '@mo-ledger/kaleyra';
import type { ModuleRef } from '@nestjs/core';
import type { Configuration } from './configuration.js';

/** What the front does itself: receive posts, and take commands. */
@Module({})
export class FrontModule {
  /** @param app gives the running application, once there is one */
  static register(
    log: EventLog,
    ledgerKey: LedgerKey,
    configuration: Configuration,
    app: () => ModuleRef | null,
  ): DynamicModule {
    const { gatewaySources: sources, trustedProxies, retryMinutes } = configuration;
    return {
      module: FrontModule,
      imports: [
        InboundModule.register({ log, ledgerKey, gateway: kaleyra, sources, trustedProxies, retryMinutes }),
        AdminModule.register({
          log,
          ledgerKey,
          retryMinutes,
          handlers: installedHandlers,
          gateways: [kaleyra],
          afterOrganizationChange: async (position) =>
            app()?.get(OrganizationDirectory, { strict: false }).waitFor(position),
        }),
      ],
    };
  }
}
