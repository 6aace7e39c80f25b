import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerKey, openLedger, type EventLog } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import { createLogger, createService, type Service } from '@mo-ledger/http';
import { ProjectionCommands, ProjectionRunner, type Projection, type ProjectionStatus } from '@mo-ledger/projections';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { createProjector, mainProjection, projections, ReadApiModule, readSideProblems } from './index.js';
import { buildPrograms, CODE, EventStoreProcess, Traffic, until } from './testing/index.js';
import { Readers } from './testing/readers.js';

/** As it would be after a change of its handlers: another version, and the one before is fed for as long as it is kept. */
const raised: Projection = { ...mainProjection, version: mainProjection.version + 1, earlier: [mainProjection] };

beforeAll(buildPrograms);

describe('while messages come in and are read', () => {
  let dir: string;
  let eventStore: EventStoreProcess;
  let log: EventLog;
  let store: ReadStore;
  let runner: ProjectionRunner;
  let commands: ProjectionCommands;
  let service: Service;
  let url: string;
  let traffic: Traffic;
  const logger = createLogger('spec', 'silent');

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    eventStore = await EventStoreProcess.start(join(dir, 'events'));
    log = connectEventLog({ url: eventStore.url });
    await openLedger(log, new LedgerKey('ab'.repeat(32)), randomUUID(), 'spec');
    traffic = new Traffic(log);
    await traffic.provision();
    await traffic.text(400);
    store = await testReadStore();
    runner = createProjector(log, store, logger);
    commands = new ProjectionCommands(projections, store, () => runner.look());
    service = await createService({
      name: 'spec',
      logLevel: 'silent',
      knownProblems: readSideProblems,
      // As the two programs do it.
      module: ReadApiModule.register(store, null),
    });
    runner.start();
    url = await service.listen('127.0.0.1', 0);
    for (const { name } of projections) await live(name);
  });
  afterAll(async () => {
    await service.close();
    await runner.stop();
    await log.close();
    await eventStore.end();
    await store.close();
    await rm(dir, { recursive: true });
  });

  const statusOf = async (name: string): Promise<ProjectionStatus | undefined> =>
    (await runner.status()).find((status) => status.name === name);
  const live = (name: string, serving?: string) =>
    until(
      `${name} is live${serving ? ` and ${serving} serves` : ''}`,
      () => statusOf(name),
      (status) =>
        status?.state === 'LIVE' &&
        status.builds.some(({ build, state }) => state === 'SERVING' && build === (serving ?? build)),
    );
  const servingOf = async (name: string): Promise<string> =>
    (await statusOf(name))?.builds.find(({ state }) => state === 'SERVING')?.build ?? '';
  const areAsTheLogSays = async (...some: readonly Projection[]): Promise<void> => {
    for (const { name } of some) await commands.verify(name);
    for (const { name } of some) {
      const verified = await until(
        `${name} is verified`,
        () => commands.verification(name),
        ({ finishedAt }) => finishedAt !== null,
      );
      expect({ name, ...verified }).toMatchObject({ name, equal: true, error: null });
    }
  };
  /** Messages come and are read while something is done; no reader saw anything that it should not. */
  const meanwhile = async (work: () => Promise<void>): Promise<void> => {
    const readers = new Readers(url, CODE);
    const stop = new AbortController();
    const busy = [traffic.keepTexting(200, stop.signal), readers.read(stop.signal)];
    try {
      await work();
    } finally {
      stop.abort();
      await Promise.all(busy);
    }
    expect(readers.complaints).toEqual([]);
    expect(readers.answers).toBeGreaterThan(50);
  };

  it('each projection is rebuilt, reads switch back, and what does not serve is dropped: no reader notices', async () => {
    await meanwhile(async () => {
      for (const { name } of projections) {
        const before = await servingOf(name);
        const rebuilt = await commands.rebuild(name);
        await live(name, rebuilt);
        expect(await commands.switchTo(name)).toBe(before);
        await live(name, before);
        if (randomInt(2)) expect(await commands.switchTo(name, rebuilt)).toBe(rebuilt);
        expect(await commands.drop(name)).toHaveLength(1);
        await until(
          `${name} has one build`,
          () => statusOf(name),
          (status) => status?.builds.length === 1,
        );
      }
    });
    await areAsTheLogSays(...projections);
  });

  it('a version is raised, reads switch back to the one before and forth again: no reader notices', async () => {
    const { name, version } = mainProjection;
    await meanwhile(async () => {
      const before = await servingOf(name);
      await runner.stop();
      const listed = projections.map((projection) => (projection === mainProjection ? raised : projection));
      runner = new ProjectionRunner({ log, store, projections: listed, logger });
      commands = new ProjectionCommands(listed, store, () => runner.look());
      runner.start();
      const status = await until(
        'the new version serves',
        () => statusOf(name),
        (found) => found?.version === version + 1 && found.state === 'LIVE',
      );
      expect(status?.builds.map(({ state }) => state)).toEqual(['KEPT', 'SERVING']);
      const after = await servingOf(name);
      expect(await commands.switchTo(name)).toBe(before);
      expect((await live(name, before))?.version).toBe(version);
      expect(await commands.switchTo(name, after)).toBe(after);
      await live(name, after);
      // The one before, which is fed all along, and the new one are both what the log says.
      await areAsTheLogSays(raised);
      expect(await commands.switchTo(name)).toBe(before);
      await live(name, before);
    });
    await areAsTheLogSays(...projections);
  });
});
