import { Module, type DynamicModule } from '@nestjs/common';
import type { EventLog } from '@mo-ledger/event-sourcing';
import { InboundModule } from '@mo-ledger/inbound';
import { kaleyra } from '@mo-ledger/kaleyra';
import type { Configuration } from './configuration.js';

@Module({})
export class ReceiverModule {
  static register(log: EventLog, configuration: Configuration): DynamicModule {
    return {
      module: ReceiverModule,
      imports: [InboundModule.register({ ...configuration, log, gateway: kaleyra })],
    };
  }
}
