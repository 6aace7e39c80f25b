import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger, PartHealth } from '@mo-ledger/http';
import type { Configuration } from './configuration.js';
import { freePort } from './free-port.js';
import { SupervisedProcess } from './supervised-process.js';

const root = resolve(import.meta.dirname, '../../..');

/** The processes beside this one (ARCHITECTURE.md, Engines): the event store, the keyword router, the read side. */
export interface Parts {
  readonly eventStoreUrl: string;
  readonly readSide: SupervisedProcess;
  /** Where each part that serves listens, but for the event store. */
  urls(): readonly string[];
  health(): readonly PartHealth[];
  /** Starts the keyword router and the read side, in the background. */
  startRest(): void;
  /** Resolves when every part serves; rejects where one cannot start. */
  readonly served: Promise<void>;
  stopRest(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the event store, where it is the embedded one; the others follow with `startRest`, when the ledger is open. */
export async function startParts(configuration: Configuration, ledgerKey: string, logger: Logger): Promise<Parts> {
  const { dataDir, logLevel, databaseUrl } = configuration;
  const own = configuration.eventStoreUrl === undefined ? await startEventStore(dataDir, logger) : null;
  const eventStoreUrl = configuration.eventStoreUrl ?? own?.url ?? '';
  const env = {
    ...{ EVENTSTORE_URL: eventStoreUrl, LEDGER_KEY: ledgerKey, LOG_LEVEL: logLevel },
    ...{
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: resolve(dataDir),
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    },
  };
  const router = new SupervisedProcess({
    name: 'keyword-router',
    file: join(root, 'apps/keyword-router/dist/main.js'),
    env,
    logger,
  });
  const readSide = new SupervisedProcess({
    name: 'read-side',
    file: join(import.meta.dirname, 'read-side.main.js'),
    env,
    logger,
  });
  const rest = [router, readSide];
  const all = own ? [own, ...rest] : rest;
  let started: (served: Promise<unknown>) => void = () => undefined;
  const served = new Promise<unknown>((resolve) => (started = resolve)).then(() => undefined);
  served.catch(() => undefined);
  const stopRest = async (): Promise<void> => {
    for (const part of rest) await part.stop();
  };
  return {
    ...{ eventStoreUrl, readSide, served, stopRest },
    urls: () => rest.flatMap(({ url }) => (url ? [url] : [])),
    health: () => all.map(({ name, url, pid }) => ({ name, ok: url !== null, ...(pid === null ? {} : { pid }) })),
    startRest: () => started(Promise.all(rest.map((part) => part.start()))),
    stop: async () => {
      await stopRest();
      await own?.stop();
    },
  };
}

async function startEventStore(dataDir: string, logger: Logger): Promise<SupervisedProcess> {
  const dir = join(resolve(dataDir), 'events');
  await mkdir(dir, { recursive: true });
  const port = await freePort();
  const eventStore = new SupervisedProcess({
    ...{ name: 'event-store', file: join(root, 'libs/embedded-event-store/dist/main.js'), env: {}, logger },
    args: ['--port', String(port), '--dir', dir],
    fixedUrl: `esdb://127.0.0.1:${port}?tls=false`,
  });
  await eventStore.start();
  return eventStore;
}
