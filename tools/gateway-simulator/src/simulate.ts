import { SingleBar } from 'cli-progress';
import { AcknowledgedFile } from './acknowledged.js';
import { demoPosts, DEMO_ORGANIZATION, DEMO_READING, provisionDemo } from './demo.js';
import { Failures, type Target } from './failures.js';
import { SimulatedGateway, type Answer, type Delivery } from './gateway.js';
import { generateMessages, take } from './messages.js';
import { oddities, postMaker, type Oddity } from './oddities.js';
import { samplePost, type SimulatedPost } from './post.js';
import { Random } from './random.js';
import { sendAll } from './send-all.js';
import { Summary } from './summary.js';
import { becomesVisible } from './visible.js';

/** The command line, as main.ts reads it. */
export interface SimulateOptions {
  readonly url: string;
  readonly organization: string;
  readonly key?: string;
  readonly code: string;
  readonly sample?: true;
  readonly count?: number;
  readonly duration?: number;
  readonly rate?: number;
  readonly connections: number;
  readonly keywords: string;
  readonly noise: number;
  readonly duplicates: number;
  readonly devices: number;
  readonly oddity?: string;
  readonly list?: true;
  readonly demo?: true;
  readonly seed?: number;
  readonly compress?: number;
  readonly retryMinutes: readonly number[];
  readonly source?: string;
  readonly timeout: number;
  readonly acknowledged?: string;
}

/** A code that nobody provisions. */
const NOBODYS = '55555';
/** How long the demonstration waits for the read models. */
const VISIBLE_MS = 60_000;

/** Does what the command line says, and prints what was answered. Answers the exit code: 1 where a post was not delivered. */
export async function simulate(options: SimulateOptions): Promise<number> {
  const context = { code: options.code, otherCode: NOBODYS };
  const all = oddities(context);
  if (options.list) {
    for (const { name, shows } of all) console.log(`${name.padEnd(22)} ${shows}`);
    return 0;
  }
  const url = options.url.replace(/\/$/, '');
  const seed = options.seed ?? Date.now() % 1_000_000;
  const random = new Random(seed);
  // Every seed has ids of its own, as long as the gateway's.
  const firstId = 148_000_000_000 + (seed % 100_000) * 1_000_000;
  const organization = options.demo ? DEMO_ORGANIZATION : options.organization;
  const key = options.key && !options.demo ? `/${encodeURIComponent(options.key)}` : '';
  const gateway = new SimulatedGateway({
    url,
    path: `/inbound/${organization}${key}`,
    connections: options.connections,
    // The sample alone is posted to see the answer, not twenty minutes of retries.
    compress: options.compress ?? (generated(options) ? 60 : 0),
    retryMinutes: options.retryMinutes,
    timeoutMs: options.timeout * 1000,
    ...(options.source ? { source: options.source } : {}),
  });
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const acknowledged = options.acknowledged === undefined ? null : new AcknowledgedFile(options.acknowledged);
  const run = { gateway, target: { url, organization }, acknowledged, options, signal: stopped.signal };
  try {
    if (options.demo) return await demonstrate(run, demoPosts(random, firstId));
    if (options.oddity !== undefined) {
      const wanted = all.filter(({ name }) => options.oddity === 'all' || options.oddity === name);
      if (wanted.length === 0) throw new Error(`there is no oddity "${options.oddity}"; --list lists them`);
      const make = postMaker({ ...context, device: '14045554900', firstId });
      return await sendOddities(run, wanted, make);
    }
    if (generated(options)) {
      const { code, noise, duplicates, devices } = options;
      const keywords = options.keywords.split(',').filter((word) => word !== '');
      const endless = generateMessages({ code, keywords, noise, duplicates, devices }, random, firstId);
      const posts = options.count === undefined ? endless : take(endless, options.count);
      return await sendMany(run, posts, { seconds: options.duration ?? Infinity });
    }
    const { answer, delivered } = await gateway.deliver(samplePost, (one) => console.log(shown(one)), stopped.signal);
    if (delivered && samplePost.messageId) acknowledged?.add(samplePost.messageId);
    return answer.status === 200 ? 0 : 1;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    acknowledged?.close();
    gateway.close();
  }
}

const generated = ({ demo, count, duration, rate }: SimulateOptions): boolean =>
  Boolean(demo) || count !== undefined || duration !== undefined || rate !== undefined;

interface Run {
  readonly gateway: SimulatedGateway;
  readonly target: Target;
  readonly acknowledged: AcknowledgedFile | null;
  readonly options: SimulateOptions;
  readonly signal: AbortSignal;
}

/** Provisions, sends, and prints what to read once it is there to be read. */
async function demonstrate(run: Run, posts: readonly SimulatedPost[]): Promise<number> {
  const { url } = run.target;
  let last = await provisionDemo(url);
  const onAnswer = ({ position }: Answer): void => {
    // Answers overtake each other.
    if (position !== null && BigInt(position) > last) last = BigInt(position);
  };
  const exitCode = await sendMany(run, posts, { seconds: Infinity, onAnswer });
  if (run.signal.aborted) return exitCode;
  const visible = await becomesVisible(url, DEMO_READING, last, VISIBLE_MS);
  if (!visible)
    console.error(`The read models are behind: after ${VISIBLE_MS / 1000} s they do not show everything yet.`);
  console.log(['', 'Read what became of them:', ...DEMO_READING.map((path) => `curl '${url}${path}'`)].join('\n'));
  return visible ? exitCode : 1;
}

interface SendMany {
  readonly seconds: number;
  readonly onAnswer?: (answer: Answer) => void;
}

async function sendMany(run: Run, posts: Iterable<SimulatedPost>, { seconds, onAnswer }: SendMany): Promise<number> {
  const { gateway, target, acknowledged, options, signal } = run;
  const summary = new Summary();
  const failures = new Failures(target, tellBesideBar);
  const total = Array.isArray(posts) ? posts.length : (options.count ?? 0);
  const bar = new SingleBar({ format: '{bar} {value}/{total} posts, {waiting} waiting for a retry', hideCursor: true });
  bar.start(total, 0, { waiting: 0 });
  const begun = performance.now();
  let finished = 0;
  let lost = 0;
  const until = function* () {
    for (const post of posts) {
      if (performance.now() - begun > seconds * 1000) return;
      yield post;
    }
  };
  await sendAll(gateway, until(), {
    rate: options.rate ?? null,
    connections: options.connections,
    summary,
    acknowledged,
    signal,
    onAnswer: (post, answer) => {
      failures.answered(answer, post);
      onAnswer?.(answer);
    },
    onFinished: (_, { delivered }: Delivery) => {
      if (!delivered) lost++;
      bar.setTotal(Math.max(total, ++finished));
      bar.update(finished, { waiting: gateway.waiting });
    },
  });
  bar.stop();
  console.log(summary.lines((performance.now() - begun) / 1000).join('\n'));
  return lost === 0 ? 0 : 1;
}

/** In the bar's place, which is drawn again below it. */
const tellBesideBar = (line: string): void => console.error(process.stderr.isTTY ? `\r\u001b[K${line}` : line);

async function sendOddities(run: Run, wanted: readonly Oddity[], make: ReturnType<typeof postMaker>): Promise<number> {
  const { gateway, acknowledged, signal } = run;
  let unexpected = 0;
  for (const { name, shows, parallel, posts } of wanted) {
    if (signal.aborted) break;
    console.log(`${name}: ${shows}`);
    const send = async (post: SimulatedPost) => {
      const { answer, delivered } = await gateway.deliver(post, (one) => console.log(`  ${shown(one)}`), signal);
      if (answer.status !== (post.expected ?? 200)) unexpected++;
      if (delivered && post.messageId !== null) acknowledged?.add(post.messageId);
    };
    const all = posts(make);
    if (parallel) await Promise.all(all.map(send));
    else for (const post of all) await send(post);
  }
  return unexpected === 0 ? 0 : 1;
}

const shown = ({ status, text, position, error, milliseconds }: Delivery['answer']): string =>
  [
    status === null ? `no answer (${error})` : `${status} ${text.trim()}`.trim(),
    ...(position ? [`Ledger-Position ${position}`] : []),
    `${milliseconds.toFixed(1)} ms`,
  ].join(', ');
