import { Module, type DynamicModule } from '@nestjs/common';
import type { EventLog } from '@mo-ledger/event-sourcing';
import type { Logger } from '@mo-ledger/http';
import {
  ProjectionCommands,
  ProjectionRunner,
  savedStatuses as readSavedStatuses,
  type ProjectionStatus,
  type RunnerOptions,
  type Signal,
} from '@mo-ledger/projections';
import { ProjectionsController, PROJECTION_STATUSES, ReadSideModule } from '@mo-ledger/read-model-kit';
import type { ReadStore } from '@mo-ledger/read-store';
import { EVENT_LOG, EventsController } from './events.controller.js';
import { ProjectionCommandsController } from './projection-commands.controller.js';
import { mainProjection, projections, queryModules } from './installed-read-models.js';

/** What the projections say of themselves, from the runner in this process or from what another one left in the database. */
export type Statuses = () => Promise<readonly ProjectionStatus[]>;

/** A runner of every installed projection; `start()` begins, `stop()` ends after the batch under way. */
export const createProjector = (
  log: EventLog,
  store: ReadStore,
  logger: Logger,
  options: Pick<RunnerOptions, 'leaseSeconds' | 'name'> = {},
): ProjectionRunner => new ProjectionRunner({ log, store, projections, logger, ...options });

/** What the projectors left in the database of the installed projections. */
export const savedStatuses =
  (store: ReadStore): Statuses =>
  () =>
    readSavedStatuses(
      store,
      projections.map(({ name }) => name),
    );

const commandsOf = (store: ReadStore, projector: ProjectionRunner): ProjectionCommands =>
  new ProjectionCommands(projections, store, () => projector.look());

/** What the projector serves: `/projections` and the commands to them, and the log that they are made of. */
@Module({})
export class ProjectorModule {
  static register(store: ReadStore, projector: ProjectionRunner, log: EventLog): DynamicModule {
    return {
      module: ProjectorModule,
      controllers: [ProjectionsController, ProjectionCommandsController, EventsController],
      providers: [
        { provide: PROJECTION_STATUSES, useValue: async () => projector.status() },
        { provide: ProjectionCommands, useValue: commandsOf(store, projector) },
        { provide: EVENT_LOG, useValue: log },
      ],
    };
  }
}

/** What the read API serves: every query. */
@Module({})
export class ReadApiModule {
  /** @param advanced told by a projector in the same process; null where it runs elsewhere */
  static register(
    store: ReadStore,
    advanced: Signal | null,
    statuses: Statuses = savedStatuses(store),
    commands = new ProjectionCommands(projections, store),
  ): DynamicModule {
    return {
      module: ReadApiModule,
      imports: [
        ReadSideModule.register({ store, main: mainProjection, advanced, statuses, commands }),
        ...queryModules,
      ],
    };
  }
}

/** Both of them in one process, as PGlite needs it. */
@Module({})
export class WholeReadSideModule {
  static register(store: ReadStore, projector: ProjectionRunner, log: EventLog): DynamicModule {
    const commands = commandsOf(store, projector);
    return {
      module: WholeReadSideModule,
      imports: [ReadApiModule.register(store, projector.advanced, async () => projector.status(), commands)],
      controllers: [ProjectionCommandsController, EventsController],
      providers: [{ provide: EVENT_LOG, useValue: log }],
    };
  }
}
