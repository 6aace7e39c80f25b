import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '@mo-ledger/gateway-simulator';
import type { Bench } from './bench.js';
import { fuzzRequests, type FuzzRequest } from './fuzz-posts.js';
import { startLedger } from './server-process.js';

const CONNECTIONS = 32;
const READ_AGAIN_MS = 300_000;
/** The share of the posts that is sent before memory is read first: until then caches fill. */
const WARM_UP = 0.2;

interface Sent {
  /** The status; `closed` where the connection ended without one. */
  readonly answer: string;
  readonly position: bigint;
}

/**
 * Posts what is generated and mutated to a ledger (its own, or `--url`), and looks whether every post that was answered 200 is in the
 * audit trail, whether anything was answered 5xx, and whether memory stays as it is.
 */
export const fuzz: Bench = {
  name: 'fuzz',
  summary: 'any bytes, headers and sizes to a running ledger: no 5xx, nothing lost, memory flat',
  options: {
    count: { default: '5000', quick: '1000', meaning: 'posts' },
    seed: { default: '0', meaning: 'what they are generated from; 0: another one each time' },
    url: { default: '', meaning: 'a ledger that runs; its own by default' },
  },
  async run(given) {
    const count = given.number('count');
    const seed = given.number('seed') || Date.now() % 1_000_000;
    const running = given.text('url').replace(/\/$/, '');
    const ledger = running === '' ? await startLedger() : null;
    try {
      const url = ledger?.url ?? running;
      const organization = `fuzz-${Date.now().toString(36)}`;
      await provision(url, organization);
      const requests = fuzzRequests(organization, new Random(seed), 148_000_000_000 + Date.now());
      const answers = new Map<string, number>();
      const failures: string[] = [];
      let last = 0n;
      const send = async (posts: number): Promise<void> => {
        const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
        const worker = async (): Promise<void> => {
          while (posts-- > 0) {
            // The generator never ends.
            const request = requests.next().value as FuzzRequest;
            const { answer, position } = await post(url, request, agent);
            answers.set(answer, (answers.get(answer) ?? 0) + 1);
            if (answer.startsWith('5')) failures.push(`${answer} to ${request.path}`);
            if (position > last) last = position;
          }
        };
        await Promise.all(Array.from({ length: CONNECTIONS }, worker));
        agent.destroy();
      };
      const begun = performance.now();
      await send(Math.ceil(count * WARM_UP));
      const before = await memory(url);
      await send(count - Math.ceil(count * WARM_UP));
      const seconds = (performance.now() - begun) / 1000;
      const recorded = await attempts(url, organization, last);
      const after = await memory(url);

      const answered = (wanted: RegExp) =>
        [...answers].filter(([answer]) => wanted.test(answer)).reduce((sum, [, n]) => sum + n, 0);
      const [ok, failed] = [answered(/^200$/), answered(/^5/)];
      // Where bytes that are not HTTP follow a whole post, only the refusal of those bytes may be seen.
      const notRecorded = answered(/^(?:403|404|405|408|413)$/);
      const roles = [...after.keys()];
      const growth = (role: string) => (after.get(role) ?? 0) / (before.get(role) ?? NaN);
      const problems = [
        ...(failed > 0 ? [`${failed} answers were 5xx, for example ${failures[0]}`] : []),
        ...(recorded < ok ? [`${ok} posts were answered 200, ${recorded} are in the trail`] : []),
        ...(recorded > count - notRecorded
          ? [`${recorded} posts are in the trail, ${notRecorded} of ${count} were refused`]
          : []),
      ];
      if (problems.length > 0) throw new Error(`fuzz (seed ${seed}): ${problems.join('; ')}`);
      return {
        ratios: { 'fuzz.memory': Math.max(...roles.map(growth)) },
        figures: {
          seed,
          posts: count,
          'posts/s': count / seconds,
          'in the trail': recorded,
          ...Object.fromEntries([...answers].sort().map(([answer, n]) => [`answered ${answer}`, n])),
          ...Object.fromEntries(
            roles.flatMap((role) => [
              [`MiB resident, ${role}, before`, (before.get(role) ?? 0) / 2 ** 20],
              [`MiB resident, ${role}, after`, (after.get(role) ?? 0) / 2 ** 20],
            ]),
          ),
        },
      };
    } finally {
      await ledger?.stop();
    }
  },
};

async function provision(url: string, organization: string): Promise<void> {
  const answer = await fetch(`${url}/organizations/${organization}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Fuzz' }),
  });
  if (!answer.ok) throw new Error(`provisioning was answered ${answer.status} ${await answer.text()}`);
}

function post(url: string, { path, headers, body, chunked, raw }: FuzzRequest, agent: Agent): Promise<Sent> {
  if (raw) return postRaw(url, raw);
  return new Promise((resolve) => {
    const all = chunked ? headers : { ...headers, 'content-length': String(body.length) };
    const request = httpRequest(url + path, { method: 'POST', agent, headers: all }, (response) => {
      response.resume().on('close', () => {
        const position = response.headers['ledger-position']?.toString() ?? '0';
        resolve({ answer: String(response.statusCode), position: BigInt(position) });
      });
    });
    request.on('error', (error: Error & { code?: string }) =>
      resolve({ answer: `closed ${error.code ?? ''}`.trim(), position: 0n }),
    );
    request.end(body);
  });
}

function postRaw(url: string, raw: Buffer): Promise<Sent> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.end(raw));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      const position = /^ledger-position: (\d+)/im.exec(text)?.[1] ?? '0';
      resolve({ answer: status ?? 'closed', position: BigInt(position) });
    });
  });
}

/** How many attempts of the organization the audit trail has, once it shows everything up to the position. */
async function attempts(url: string, organization: string, position: bigint): Promise<number> {
  const path = `${url}/audit/export?format=ndjson&organization=${organization}`;
  const until = performance.now() + READ_AGAIN_MS;
  for (;;) {
    const answer = await fetch(path, { headers: { 'ledger-after': String(position) } });
    if ((answer.status === 504 || answer.status === 503) && performance.now() < until) {
      await answer.body?.cancel();
      await delay(500);
      continue;
    }
    if (!answer.ok || !answer.body) throw new Error(`GET ${path} was answered ${answer.status} ${await answer.text()}`);
    let lines = 0;
    for await (const chunk of answer.body) for (const byte of chunk) if (byte === 0x0a) lines++;
    return lines;
  }
}

/** The resident size in bytes of each Node process, by its role, from the ledger's metrics. */
async function memory(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.matchAll(/^process_resident_memory_bytes\{[^}]*role="([^"]+)"[^}]*\} (\S+)/gm);
  return new Map([...found].map(([, role = '', bytes]) => [role, Number(bytes)]));
}
