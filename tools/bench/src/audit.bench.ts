import { BEGIN } from './audit/attempts.js';
import { openTrail, type Trail } from './audit/trail.js';
import type { Bench, Result } from './bench.js';
import { openDatabases } from './databases.js';
import { median } from './median.js';
import type { Given } from './options.js';

const day = (n: number): string => new Date(BEGIN + n * 86_400_000).toISOString();

/** What is asked; with `firstByte`, only the time until the first byte of the answer counts. */
const QUESTIONS: readonly { readonly name: string; readonly path: string; readonly firstByte?: boolean }[] = [
  { name: 'list', path: '/audit/attempts' },
  { name: 'list in the middle', path: `/audit/attempts?to=${day(15)}` },
  { name: 'list of an organization', path: '/audit/attempts?organization=second' },
  { name: 'list of a rare carrier', path: '/audit/attempts?carrier=rare' },
  { name: 'list of no carrier', path: '/audit/attempts?carrier=nobody' },
  { name: 'list of a channel and a code', path: '/audit/attempts?channel=mms&code=26161' },
  { name: 'list of a router', path: '/audit/attempts?router=SMX' },
  { name: 'list of a stranger', path: '/audit/attempts?device=19995550000' },
  { name: 'list of a message', path: '/audit/attempts?messageId=148929000777' },
  { name: 'list of conflicts', path: '/audit/attempts?outcome=CONFLICT' },
  { name: 'list of statuses', path: '/audit/attempts?kind=STATUS' },
  { name: 'summary by day', path: '/audit/summary?interval=DAY' },
  { name: 'summary by carrier and day', path: '/audit/summary?by=carrier&interval=DAY&limit=200' },
  { name: 'summary of an organization', path: '/audit/summary?by=carrier,channel&interval=DAY&organization=first' },
  { name: 'summary by all and hour', path: '/audit/summary?by=carrier,channel,router,code&interval=HOUR' },
  { name: 'summary of a code', path: `/audit/summary?by=carrier&interval=HOUR&code=26161&from=${day(7)}` },
  { name: 'first byte of NDJSON', path: '/audit/export?format=ndjson', firstByte: true },
  { name: 'first byte of a filtered CSV', path: '/audit/export?format=csv&organization=second', firstByte: true },
  { name: 'first byte of a late line', path: `/audit/export?format=line&from=${day(29)}`, firstByte: true },
];

async function ask({ url }: Trail, { path, firstByte }: (typeof QUESTIONS)[number]): Promise<number> {
  const leave = new AbortController();
  const begun = performance.now();
  const answer = await fetch(url + path, { signal: leave.signal });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  if (!firstByte) await answer.text();
  else await answer.body?.getReader().read();
  const took = performance.now() - begun;
  leave.abort();
  // The statement of an export that was left must not slow down the next question.
  if (firstByte) await fetch(`${url}/audit/attempts?limit=1`).then((list) => list.text());
  return took;
}

async function run(given: Given): Promise<Result> {
  const databases = await openDatabases();
  const few = await openTrail(given.number('few'), databases);
  const many = await openTrail(given.number('many'), databases);
  const ratios: Record<string, number> = {};
  const figures: Record<string, number> = {
    [`${few.attempts} attempts, projected a second`]: few.projectedPerSecond,
    [`${many.attempts} attempts, projected a second`]: many.projectedPerSecond,
  };
  for (const question of QUESTIONS) {
    const took: { few: number[]; many: number[] } = { few: [], many: [] };
    // In turns, so that whatever else the machine does falls on both.
    for (let round = -5; round < given.number('rounds'); round++) {
      const [a, b] = [await ask(few, question), await ask(many, question)];
      if (round < 0) continue;
      took.few.push(a);
      took.many.push(b);
    }
    figures[`${question.name}, ms, few`] = median(took.few);
    figures[`${question.name}, ms, many`] = median(took.many);
    ratios[question.name] = median(took.many) / median(took.few);
  }
  await few.close();
  await many.close();
  await databases.stop();
  return { ratios, figures };
}

export const audit: Bench = {
  name: 'audit',
  summary: 'lists, summaries and exports of a long audit trail beside those of a short one',
  options: {
    few: { default: '10000', quick: '1000', meaning: 'attempts of the short one' },
    many: { default: '1000000', quick: '10000', meaning: 'attempts of the long one' },
    rounds: { default: '60', quick: '5', meaning: 'how often each is asked' },
  },
  run,
};
