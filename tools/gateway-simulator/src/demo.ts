import { generateMessages, take } from './messages.js';
import { oddities, postMaker } from './oddities.js';
import { samplePost, type SimulatedPost } from './post.js';
import type { Random } from './random.js';

export const DEMO_ORGANIZATION = 'demo';
const DEDICATED = '73737';
const LONG = '18005550142';
const SHARED = '90210';
const NOBODYS = '55555';

/** Everything that the demonstration needs, as calls of the admin API. */
const PROVISIONING: readonly (readonly [string, object])[] = [
  [`/organizations/${DEMO_ORGANIZATION}`, { name: 'Demo Pizza' }],
  [`/codes/${DEDICATED}`, { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: DEMO_ORGANIZATION }],
  [`/codes/${LONG}`, { type: 'LONG', sharing: 'DEDICATED', forwarding: 'KEYWORDS', organization: DEMO_ORGANIZATION }],
  [`/codes/${SHARED}`, { type: 'SHORT', sharing: 'SHARED', forwarding: 'KEYWORDS' }],
  program(DEDICATED, 'club', 'join', ['JOIN', 'CLUB']),
  program(DEDICATED, 'opening-hours', 'info', ['HOURS', 'MENU']),
  program(DEDICATED, 'colours', 'vote', ['VOTE', 'RED', 'GREEN', 'BLUE'], {
    settings: { choices: ['RED', 'GREEN', 'BLUE'] },
  }),
  program(LONG, 'alerts', 'join', ['JOIN']),
  program(SHARED, 'demo-deals', 'join', ['DEMODEALS']),
];

function program(code: string, id: string, handler: string, keywords: readonly string[], more: object = {}) {
  return [`/codes/${code}/programs/${id}`, { organization: DEMO_ORGANIZATION, handler, keywords, ...more }] as const;
}

const KEYWORDS: readonly (readonly [string, readonly string[], number])[] = [
  [
    DEDICATED,
    ['JOIN', 'Join!', 'club', 'HOURS', 'menu', 'VOTE red', 'Vote green', 'BLUE', 'STOP', 'HELP', 'start'],
    240,
  ],
  [LONG, ['JOIN', 'Join me', 'STOP'], 40],
  [SHARED, ['DEMODEALS', 'PIZZA'], 30],
];

/** Provisions what the demonstration needs; the position of the last answer. Throws with the answer's text if the ledger refuses. */
export async function provisionDemo(url: string): Promise<bigint> {
  let position = 0n;
  for (const [path, body] of PROVISIONING) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`PUT ${path} was answered ${answer.status}: ${await answer.text()}`);
    position = BigInt(answer.headers.get('ledger-position') ?? position);
  }
  return position;
}

/** A few hundred posts: texts to three codes, and every oddity that a gateway answered 200 knows. */
export function demoPosts(random: Random, firstId: number): readonly SimulatedPost[] {
  const mix = { noise: 0.35, duplicates: 0.05, devices: 60 };
  const texts = KEYWORDS.flatMap(([code, keywords, count], n) => [
    ...take(generateMessages({ ...mix, code, keywords }, random, firstId + n * 1_000), count),
  ]);
  for (let i = texts.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [texts[i], texts[j]] = [texts[j] as SimulatedPost, texts[i] as SimulatedPost];
  }
  const context = { code: DEDICATED, otherCode: NOBODYS, device: '14045554900', firstId: firstId + 9_000 };
  const make = postMaker(context);
  const odd = oddities(context)
    .filter(({ apart }) => !apart)
    .flatMap(({ name, posts }) => posts(make).map((post) => ({ ...post, label: name })));
  return [...texts, samplePost, ...odd];
}

/** The paths that show what became of the demonstration. */
export const DEMO_READING: readonly string[] = [
  `/messages?organization=${DEMO_ORGANIZATION}&limit=5`,
  `/codes/${DEDICATED}/programs/colours`,
  `/codes/${DEDICATED}/programs/club/participants`,
  `/quarantine?organization=${DEMO_ORGANIZATION}`,
  `/audit/export?format=line&organization=${DEMO_ORGANIZATION}`,
];
