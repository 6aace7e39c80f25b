import { Module, type DynamicModule } from '@nestjs/common';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { WholeReadSideModule, type createProjector } from '@mo-ledger/read-side';
import type { ReadStore } from '@mo-ledger/read-store';
import { RoutingModule } from '@mo-ledger/routing';

/** What the back does: route messages, build the read models, answer queries. */
@Module({})
export class BackModule {
  static register(
    store: ReadStore,
    projector: ReturnType<typeof createProjector>,
    log: EventLog,
    ledgerKey: LedgerKey,
  ): DynamicModule {
    return {
      module: BackModule,
      imports: [
        RoutingModule.register({ log, ledgerKey, handlers: installedHandlers }),
        WholeReadSideModule.register(store, projector, log),
      ],
    };
  }
}
