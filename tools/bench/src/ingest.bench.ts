import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.js';
import { load, postBody } from './load.js';
import { median, spread } from './median.js';
import { startLedger, startServer, type ServerProcess } from './server-process.js';

const put = async (url: string, path: string, body: object): Promise<void> => {
  const answer = await fetch(url + path, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`PUT ${path} answered ${answer.status} ${await answer.text()}`);
};

/** Organization acme with code 26161 and one program. */
export async function provision(url: string): Promise<void> {
  await put(url, '/organizations/acme', { name: 'Acme' });
  await put(url, '/codes/26161', { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' });
  await put(url, '/codes/26161/programs/join', { organization: 'acme', handler: 'join', keywords: ['JOIN'] });
}

/** Seconds until everything that was posted is routed and visible. */
async function secondsToCatchUp(url: string): Promise<number> {
  const begun = performance.now();
  const answer = await fetch(`${url}/inbound/acme`, {
    method: 'POST',
    body: postBody(1),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const after = { 'ledger-after': answer.headers.get('ledger-position') ?? '' };
  for (let tries = 0; tries < 120; tries++) {
    const { status } = await fetch(`${url}/messages?limit=1`, { headers: after });
    if (status === 200) break;
  }
  return (performance.now() - begun) / 1000;
}

/**
 * Durable posts a second through the whole standalone, against the same receiver over an event log that stores nothing; one after the
 * other, several times, each with 64 connections.
 */
export const ingest: Bench = {
  name: 'ingest',
  summary: 'durable posts/s through the whole standalone, against the same receiver storing nothing',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { seconds: { type: 'string', default: '10' }, repeat: { type: 'string', default: '5' } },
    });
    const seconds = Number(values.seconds);
    const ratios: number[] = [];
    const durable: number[] = [];
    const ceiling: number[] = [];
    const catchUp: number[] = [];
    const latencies: { p50: number; p99: number; p999: number }[] = [];
    const latencyRatios: number[] = [];
    let failed = 0;
    const measured = async (server: ServerProcess, run: (url: string) => Promise<void>): Promise<void> => {
      try {
        await run(server.url);
      } finally {
        await server.stop();
      }
    };
    for (let round = 0; round < Number(values.repeat); round++) {
      let most = 0;
      let ceilingP99 = 0;
      await measured(await startServer(join(import.meta.dirname, 'ceiling-receiver.js')), async (url) => {
        await load(url, { seconds: 2 });
        most = (await load(url, { seconds })).postsPerSecond;
      });
      await measured(await startLedger(), async (url) => {
        await provision(url);
        await load(url, { seconds: 2 });
        const burst = await load(url, { seconds });
        failed += burst.failed;
        durable.push(burst.postsPerSecond);
        catchUp.push(await secondsToCatchUp(url));
        latencies.push(await load(url, { seconds, rate: Math.floor(burst.postsPerSecond / 2) }));
      });
      const rate = Math.floor((durable.at(-1) ?? 0) / 2);
      await measured(await startServer(join(import.meta.dirname, 'ceiling-receiver.js')), async (url) => {
        await load(url, { seconds: 2 });
        ceilingP99 = (await load(url, { seconds, rate })).p99;
      });
      ceiling.push(most);
      ratios.push((durable.at(-1) ?? 0) / most);
      latencyRatios.push((latencies.at(-1)?.p99 ?? 0) / Math.max(1, ceilingP99));
    }
    return {
      ratios: { 'ingest.burst': median(ratios), 'ingest.p99': median(latencyRatios) },
      figures: {
        'durable posts/s, 64 connections': median(durable),
        'the same, storing nothing, posts/s': median(ceiling),
        'ratio, lowest – highest': spread(ratios),
        'seconds until all is routed and visible': median(catchUp),
        'latency at half the rate, p50 ms': median(latencies.map(({ p50 }) => p50)),
        'p99 ms': median(latencies.map(({ p99 }) => p99)),
        'p99.9 ms': median(latencies.map(({ p999 }) => p999)),
        'not answered 200': failed,
      },
    };
  },
};
