import { encodeForm, FORM, type SimulatedPost } from './post.js';
import type { Random } from './random.js';

/** What is generated. */
export interface MessageMix {
  readonly code: string;
  /** Texts that programs wait for; the first word is the label. */
  readonly keywords: readonly string[];
  /** Share of texts that no program waits for, from 0 to 1. */
  readonly noise: number;
  /** Share of posts that repeat an earlier one, byte for byte. */
  readonly duplicates: number;
  /** How many phones there are. */
  readonly devices: number;
}

const CARRIERS = [
  ['cingular', 'cingular'],
  ['verizon', 'MMX'],
  ['tmobile', 'MMX'],
  ['sprint', 'nextel'],
  ['uscellular', 'MMX'],
  ['boost', 'nextel'],
] as const;

const NOISE = [
  ...['Hi', 'thanks!', 'ok', 'What time do you open?', 'wrong number', '👍', 'Who is this', 'see you at 5', 'lol'],
  ...['¿Abren el domingo?', 'Merci beaucoup', "don't stop believing", 'cancel my 3pm appointment', 'I want to join'],
  ...['Is the café open?', '2 adults, 1 child', '', 'https://example.com/?a=1&b=2', '100% sure', 'größe 42'],
];

/** How many earlier posts a duplicate is chosen from. */
const REMEMBERED = 500;

/** The first so many of what is generated. */
export function* take<T>(source: Iterable<T>, count: number): Generator<T, void> {
  if (count <= 0) return;
  for (const item of source) {
    yield item;
    if (--count <= 0) return;
  }
}

/** Generates ordinary messages, for ever; the same ones for the same random numbers. */
export function* generateMessages(mix: MessageMix, random: Random, firstId: number): Generator<SimulatedPost, never> {
  const earlier: SimulatedPost[] = [];
  for (let id = firstId; ;) {
    if (earlier.length > 0 && random.chance(mix.duplicates)) {
      yield { ...random.pick(earlier), label: 'duplicate' };
      continue;
    }
    const post = message(mix, random, String(id++));
    earlier[id % REMEMBERED < earlier.length ? id % REMEMBERED : earlier.length] = post;
    yield post;
  }
}

function message(mix: MessageMix, random: Random, id: string): SimulatedPost {
  const noise = mix.keywords.length === 0 || random.chance(mix.noise);
  const text = noise ? random.pick(NOISE) : random.pick(mix.keywords);
  const device = random.integer(mix.devices);
  // A phone keeps its carrier.
  const [carrier, router] = CARRIERS[device % CARRIERS.length] ?? CARRIERS[0];
  const body = encodeForm([
    ['device_address', phoneNumber(device)],
    ['inbound_address', mix.code],
    ['router', router],
    ['carrier', carrier],
    ['channel', 'sms'],
    ['message_orig', text],
    ['message', stripped(text)],
    ['message_id', id],
    ['message_subid', '0'],
    ['status', 'Processing'],
    ['status_code', '10'],
    ['a2w_mo_ref_id', id],
    ['country_code', '1'],
  ]);
  const label = noise ? 'noise' : (/^\S+/.exec(text)?.[0] ?? text);
  return { label, body: Buffer.from(body), contentType: FORM, messageId: id };
}

/** A number in Atlanta: exchanges from 555 on, so that thousands of them are valid and none is the requirement's. */
export function phoneNumber(device: number): string {
  const exchange = 555 + (Math.floor(device / 10_000) % 400);
  return `1404${exchange}${String(device % 10_000).padStart(4, '0')}`;
}

/** As the gateway does with "unnecessary characters" (requirement, Table 1): emoji go. */
const stripped = (text: string): string => text.replace(/\p{Extended_Pictographic}\s*/gu, '');
