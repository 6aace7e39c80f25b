import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { Bench, Result } from './bench.js';
import { start } from './event-store/child.js';
import type { Child } from './event-store/child.js';
import { appends, fill, readAll, subscribe } from './event-store/workload.js';
import type { Appends } from './event-store/workload.js';
import type { Given } from './options.js';

const IN_FLIGHT = [1, 64, 1024] as const;
const FEW = 10_000;

interface Measured {
  appends: Record<number, Appends>;
  read: number;
  subscription: number;
}

const doNothing = new URL('./event-store/do-nothing-server.js', import.meta.url);
const embedded = new URL('./main.js', import.meta.resolve('@mo-ledger/embedded-event-store'));

const connect = ({ port }: Child): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** The server's gauges; the longest block of its event loop is that since the last look. */
const gauges = async (port: number): Promise<(name: string) => number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) => Number(new RegExp(`^event_store_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
};

const measure = async (client: EventStoreDBClient, seconds: number, reads: number): Promise<Measured> => {
  const byInFlight: Record<number, Appends> = {};
  for (const inFlight of IN_FLIGHT) byInFlight[inFlight] = await appends(client, inFlight, seconds * 1000);
  return { appends: byInFlight, read: await readAll(client, reads), subscription: await subscribe(client, reads) };
};

const best = (runs: readonly Measured[]): Measured => ({
  appends: Object.fromEntries(
    IN_FLIGHT.map((inFlight) => [
      inFlight,
      runs
        .map((run) => run.appends[inFlight] ?? { perSecond: 0, p50: NaN, p99: NaN })
        .reduce((a, b) => (b.perSecond > a.perSecond ? b : a)),
    ]),
  ),
  read: Math.max(...runs.map(({ read }) => read)),
  subscription: Math.max(...runs.map(({ subscription }) => subscription)),
});

const figuresOf = (name: string, { appends: byInFlight, read, subscription }: Measured): Record<string, number> => ({
  ...Object.fromEntries(
    Object.entries(byInFlight).flatMap(([inFlight, { perSecond, p50, p99 }]) => [
      [`${name}: appends/s, ${inFlight} in flight`, perSecond],
      [`${name}: p50 ms, ${inFlight} in flight`, p50],
      [`${name}: p99 ms, ${inFlight} in flight`, p99],
    ]),
  ),
  [`${name}: $all read, events/s`]: read,
  [`${name}: filtered subscription, events/s`]: subscription,
});

const ratiosOf = (name: string, ours: Measured, other: Measured): Record<string, number> => ({
  ...Object.fromEntries(
    IN_FLIGHT.map((inFlight) => [
      `${name}: appends, ${inFlight} in flight`,
      (ours.appends[inFlight]?.perSecond ?? NaN) / (other.appends[inFlight]?.perSecond ?? NaN),
    ]),
  ),
  [`${name}: $all read`]: ours.read / other.read,
  [`${name}: filtered subscription`]: ours.subscription / other.subscription,
});

const run = async (given: Given): Promise<Result> => {
  const [stored, seconds] = [given.number('stored'), given.number('seconds')];
  const [rounds, reads] = [given.number('rounds'), given.number('reads')];
  const prepared = given.text('prepared') || undefined;
  const dir = mkdtempSync(join(tmpdir(), 'bench-event-store-'));
  const ceiling = await start(doNothing, []);
  const metricsPort = await freePort();
  const serve = (folder: string): Promise<Child> =>
    start(embedded, ['--dir', folder, '--port', '0', '--metrics-port', String(metricsPort)]);
  const figures: Record<string, number> = {};
  const all = { ceiling: [] as Measured[], few: [] as Measured[], many: [] as Measured[] };

  let server = await serve(dir);
  await fill(connect(server), Math.max(FEW, reads));
  for (let round = 0; round < rounds; round++) {
    all.ceiling.push(await measure(connect(ceiling), seconds, reads));
    all.few.push(await measure(connect(server), seconds, reads));
  }
  figures['few events: resident bytes'] = (await gauges(metricsPort))('resident_bytes');
  if (prepared === undefined) await fill(connect(server), stored);
  await server.stop();

  server = await serve(prepared ?? dir);
  figures[`start-up ms with the stored events`] = server.startMs;
  await gauges(metricsPort);
  for (let round = 0; round < rounds; round++) {
    all.ceiling.push(await measure(connect(ceiling), seconds, reads));
    all.many.push(await measure(connect(server), seconds, reads));
  }
  const gauge = await gauges(metricsPort);
  figures['stored events: resident bytes'] = gauge('resident_bytes');
  figures['stored events: longest block of the event loop, ms'] = 1000 * gauge('event_loop_delay_max_seconds');
  figures['stored events: bytes on disk'] = gauge('disk_bytes');
  await server.stop();
  await ceiling.stop();
  rmSync(dir, { recursive: true });

  const [top, few, many] = [best(all.ceiling), best(all.few), best(all.many)];
  return {
    ratios: {
      ...ratiosOf('of the ceiling', few, top),
      ...ratiosOf(`with ${stored} more stored, of the ceiling`, many, top),
      ...ratiosOf(`with ${stored} more stored, of few`, many, few),
    },
    figures: {
      ...figuresOf('ceiling', top),
      ...figuresOf('few events', few),
      ...figuresOf('stored events', many),
      ...figures,
    },
  };
};

export const eventStore: Bench = {
  name: 'event-store',
  summary: 'the embedded event store beside a server that answers at once and stores nothing',
  options: {
    stored: { default: '100000', quick: '5000', meaning: 'events that are there the second time' },
    seconds: { default: '3', quick: '1', meaning: 'of each load' },
    rounds: { default: '5', quick: '1', meaning: 'rounds' },
    reads: { default: '50000', quick: '5000', meaning: 'events of each read' },
    prepared: { default: '', meaning: 'a folder with the stored events in it' },
  },
  run,
};
