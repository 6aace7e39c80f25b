import type { BuildStatus, ParkedEvent, ProjectionStatus, Verification } from '../answers.js';

export const aBuild = (changed: Partial<BuildStatus> = {}): BuildStatus => ({
  ...{
    build: 'messages_v1_1',
    version: 1,
    state: 'SERVING',
    position: '4711',
    handled: 12_345,
    percent: 100,
    parked: 0,
    lastError: null,
  },
  ...changed,
});

export const aStatus = (changed: Partial<ProjectionStatus> = {}): ProjectionStatus => ({
  ...{ name: 'messages', version: 1, state: 'LIVE', position: '4711', lagSeconds: 0, gap: '0', eventsPerSecond: 0 },
  ...{ batch: null, progress: { handled: 12_345, total: 12_345, percent: 100, secondsLeft: 0 }, parked: 0 },
  ...{ lastError: null, stoppedAt: null, onFailure: 'STOP', projector: 'ledger:17', builds: [aBuild()] },
  ...changed,
});

export const stopped: Partial<ProjectionStatus> = {
  state: 'STOPPED',
  stoppedAt: { eventId: 'e1', type: 'MessageRecorded', position: '4800', error: 'value too long' },
};

export const aParked = (changed: Partial<ParkedEvent> = {}): ParkedEvent => ({
  ...{ position: '4800', eventId: 'e1', type: 'MessageRecorded', error: 'value too long', behind: false },
  ...{ parkedAt: '2026-11-22T12:00:00.123Z' },
  ...changed,
});

export const aVerification = (changed: Partial<Verification> = {}): Verification => ({
  ...{ id: 'v1', state: 'DONE', percent: 100, requestedAt: '2026-11-22T12:00:00Z', finishedAt: '2026-11-22T12:01:00Z' },
  ...{ position: '4711', equal: true, differences: [], error: null },
  tables: [{ table: 'messages', rows: 12_345, missing: 0, extra: 0, different: 0 }],
  ...changed,
});
