import { Module, type DynamicModule } from '@nestjs/common';
import type { EventLog } from '@mo-ledger/event-sourcing';
import type { Logger } from '@mo-ledger/http';
import {
  ProjectionCommands,
  ProjectionRunner,
  readStatuses,
  type ProjectionStatus,
  type RunnerOptions,
  type Signal,
} from '@mo-ledger/projections';
import { ProjectionsController, PROJECTION_STATUSES, ReadSideModule } from '@mo-ledger/read-model-kit';
import type { ReadStore } from '@mo-ledger/read-store';
import { EVENT_LOG, EventsController } from './events.controller.js';
import { ProjectionCommandsController } from './projection-commands.controller.js';
import { mainProjection, projections, queryModules } from './installed-read-models.js';

/** How the projections are: a runner in this process knows more of those that it holds than the database does. */
export type Statuses = () => Promise<readonly ProjectionStatus[]>;

/** A runner of every installed projection; `start()` begins, `stop()` ends after the batch under way. */
export const createProjector = (
  log: EventLog,
  store: ReadStore,
  logger: Logger,
  options: Pick<RunnerOptions, 'leaseSeconds' | 'name'> = {},
): ProjectionRunner => new ProjectionRunner({ log, store, projections, logger, ...options });

/** How the installed projections are, for a process without a projector. */
export const statusesIn =
  (store: ReadStore): Statuses =>
  () =>
    readStatuses(store, projections);

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
        { provide: PROJECTION_STATUSES, useValue: () => projector.status() },
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
    statuses: Statuses = statusesIn(store),
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

/** Both of them in one process. */
@Module({})
export class WholeReadSideModule {
  static register(store: ReadStore, projector: ProjectionRunner, log: EventLog): DynamicModule {
    const commands = commandsOf(store, projector);
    return {
      module: WholeReadSideModule,
      imports: [ReadApiModule.register(store, projector.advanced, () => projector.status(), commands)],
      controllers: [ProjectionCommandsController, EventsController],
      providers: [{ provide: EVENT_LOG, useValue: log }],
    };
  }
}
