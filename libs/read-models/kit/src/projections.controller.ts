import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PlainCallGuard, Problem } from '@mo-ledger/http';
import { Registry, type ProjectionStatus } from '@mo-ledger/projections';
import type { ReadStore } from '@mo-ledger/read-store';
import { PROJECTION_STATUSES } from './tokens.js';

/** After this long without a word, a projector is taken to be gone. */
const SILENCE_SECONDS = 15;

/** What projectors in other processes last said of themselves; STOPPED where they have not for a while. */
export const savedStatuses = (store: ReadStore) => async (): Promise<readonly ProjectionStatus[]> => {
  const saved = await new Registry(store).savedStatuses();
  return saved.map(({ status, ageSeconds }) =>
    ageSeconds > SILENCE_SECONDS
      ? {
          ...status,
          state: 'STOPPED',
          eventsPerSecond: 0,
          lastError: `no word from the projector for ${Math.round(ageSeconds)} s`,
        }
      : status,
  );
};

@ApiTags('projections')
@UseGuards(PlainCallGuard)
@Controller('projections')
export class ProjectionsController {
  constructor(@Inject(PROJECTION_STATUSES) private readonly statuses: () => Promise<readonly ProjectionStatus[]>) {}

  @Get()
  async list() {
    return { items: await this.statuses(), next: null };
  }

  @Get(':name')
  one(@Param('name') name: string) {
    return this.#status(name);
  }

  /** A projection stops at an event that it cannot handle: there is one at most. */
  @Get(':name/parked')
  async parked(@Param('name') name: string) {
    const { stoppedAt } = await this.#status(name);
    return { items: stoppedAt ? [stoppedAt] : [], next: null };
  }

  async #status(name: string): Promise<ProjectionStatus> {
    const status = (await this.statuses()).find((candidate) => candidate.name === name);
    if (!status) throw new Problem(404, `There is no projection ${name}.`);
    return status;
  }
}
