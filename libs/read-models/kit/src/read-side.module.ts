import { Global, Module, type DynamicModule } from '@nestjs/common';
import {
  LedgerAfter,
  ProjectionCommands,
  ReadModels,
  type Projection,
  type ProjectionStatus,
  type Signal,
} from '@mo-ledger/projections';
import type { ReadStore } from '@mo-ledger/read-store';
import { ProjectionsController } from './projections.controller.js';
import { LedgerAfterInterceptor } from './ledger-after.interceptor.js';
import { PROJECTION_STATUSES, READ_MODEL_CHANGES, READ_STORE } from './tokens.js';

export interface ReadSide {
  readonly store: ReadStore;
  /** The projection that knows whether a message is routed: `messages`. */
  readonly main: Projection;
  /** Told by a projector in the same process; null where it runs elsewhere. */
  readonly advanced: Signal | null;
  /** What the projectors say of themselves. */
  readonly statuses: () => Promise<readonly ProjectionStatus[]>;
  /** What can be asked of the projections. */
  readonly commands: ProjectionCommands;
}

/** Gives the read models' modules what they share: the read store, the builds that serve, `Ledger-After`, `GET /projections`. */
@Global()
@Module({})
export class ReadSideModule {
  static register({ store, main, advanced, statuses, commands }: ReadSide): DynamicModule {
    return {
      module: ReadSideModule,
      controllers: [ProjectionsController],
      providers: [
        { provide: READ_STORE, useValue: store },
        { provide: READ_MODEL_CHANGES, useValue: advanced },
        { provide: PROJECTION_STATUSES, useValue: statuses },
        { provide: ProjectionCommands, useValue: commands },
        { provide: ReadModels, useValue: new ReadModels(store) },
        { provide: LedgerAfter, useValue: new LedgerAfter(store, main, advanced) },
        LedgerAfterInterceptor,
      ],
      exports: [
        READ_STORE,
        READ_MODEL_CHANGES,
        PROJECTION_STATUSES,
        ProjectionCommands,
        ReadModels,
        LedgerAfter,
        LedgerAfterInterceptor,
      ],
    };
  }
}
