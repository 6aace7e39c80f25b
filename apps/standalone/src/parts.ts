import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PartHealth } from '@mo-ledger/http';
import type { Configuration } from './configuration.js';
import { freePort } from './free-port.js';
import { SupervisedProcess } from './supervised-process.js';

const root = resolve(import.meta.dirname, '../../..');
const givesBackMemory = {
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${pathToFileURL(join(import.meta.dirname, 'give-back-memory.js'))}`,
};

/** The processes beside this one (ARCHITECTURE.md, Engines): the event store where it is the embedded one, the keyword router, the read side. */
export interface Parts {
  readonly eventStoreUrl: string;
  readonly readSide: SupervisedProcess;
  /** Resolves when the embedded event store serves; rejects where it cannot start. */
  readonly eventStoreServes: Promise<void>;
  /** Resolves when every part serves; rejects where one cannot start. */
  readonly served: Promise<void>;
  /** Where each part listens, but for the event store. */
  urls(): readonly string[];
  health(): readonly PartHealth[];
  /** Stops all but the event store. */
  stopRest(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts all processes at once; they wait for the event store themselves. */
export async function startParts(configuration: Configuration, ledgerKey: string): Promise<Parts> {
  const { logLevel, database } = configuration;
  const dataDir = resolve(configuration.dataDir);
  const eventStore = configuration.eventStoreUrl === undefined ? await embeddedEventStore(dataDir) : null;
  const eventStoreUrl = configuration.eventStoreUrl ?? eventStore?.fixedUrl ?? '';
  const env = {
    ...givesBackMemory,
    ...{ EVENTSTORE_URL: eventStoreUrl, LEDGER_KEY: ledgerKey, LOG_LEVEL: logLevel },
    ...{ HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, ...(database.url ? { DATABASE_URL: database.url } : {}) },
    // Started again, the read side goes on at once with the projections that it held.
    PROJECTOR_NAME: `standalone-${hostname()}-${process.pid}`,
  };
  // Recording never waits for deciding: both may lag behind a burst of posts.
  const router = new SupervisedProcess({
    ...{ name: 'keyword-router', file: join(root, 'apps/keyword-router/dist/main.js'), env, givesWay: true },
  });
  const readSide = new SupervisedProcess({
    ...{ name: 'read-side', file: join(import.meta.dirname, 'read-side.main.js'), env, givesWay: true },
  });
  const rest = [router, readSide];
  const all = eventStore ? [eventStore.process, ...rest] : rest;
  const eventStoreServes = started(eventStore ? [eventStore.process] : []);
  const restServes = started(rest);
  const served = Promise.all([eventStoreServes, restServes]).then(() => undefined);
  served.catch(() => undefined);
  const stopRest = async (): Promise<void> => {
    for (const part of rest) await part.stop();
  };
  return {
    ...{ eventStoreUrl, readSide, eventStoreServes, served, stopRest },
    urls: () => rest.flatMap(({ url }) => (url ? [url] : [])),
    health: () => all.map(({ name, url, pid }) => ({ name, ok: url !== null, ...(pid === null ? {} : { pid }) })),
    stop: async () => {
      await stopRest();
      await eventStore?.process.stop();
    },
  };
}

function started(processes: readonly SupervisedProcess[]): Promise<void> {
  const serving = Promise.all(processes.map((part) => part.start())).then(() => undefined);
  // Whoever waits for it gets the error; until somebody does it must not end the process.
  serving.catch(() => undefined);
  return serving;
}

async function embeddedEventStore(dataDir: string): Promise<{ process: SupervisedProcess; fixedUrl: string }> {
  const dir = join(dataDir, 'events');
  await mkdir(dir, { recursive: true });
  const port = await freePort();
  const fixedUrl = `esdb://127.0.0.1:${port}?tls=false`;
  const file = join(root, 'libs/embedded-event-store/dist/main.js');
  const args = ['--port', String(port), '--dir', dir];
  const process = new SupervisedProcess({ name: 'event-store', file, env: givesBackMemory, args, fixedUrl });
  return { fixedUrl, process };
}
