import {
  FORM,
  generateMessages,
  oddities,
  postMaker,
  type Random,
  type SimulatedPost,
} from '@mo-ledger/gateway-simulator';

/** A request that a fuzzer makes up: anything at all, on a connection of our own or written byte by byte. */
export interface FuzzRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Sent without its length. */
  readonly chunked: boolean;
  /** Written to a socket as it stands, instead of as a request. */
  readonly raw: Buffer | null;
}

const CODE = '26161';
const ALPHABET = Buffer.from('&=%+;[]{}<>"\'\\/ \0\r\n\u00df', 'latin1');
const NAMES = [
  'device_address',
  'inbound_address',
  'message',
  'message_orig',
  'message_id',
  'message_subid',
  'mmsID',
  'attachment',
  'carrier',
  'status_code',
  'smscid',
  'client_message_id',
  'country_code',
  '__proto__',
  'a[b]',
  '',
];
const TYPES = [
  FORM,
  FORM,
  FORM,
  `${FORM}; charset=windows-1252`,
  `${FORM}; charset=utf-16le`,
  `${FORM};charset="`,
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  'x',
  '',
  ';;;',
  'a/b; charset=\u00ff',
];
const SIZES = [0, 1, 2, 100, 1_000, 16_384, 65_535, 65_536, 65_537, 70_000, 200_000];
const MOST_REMEMBERED = 1_000;

/** Makes up requests, for ever; the same ones for the same random numbers. */
export function* fuzzRequests(organization: string, random: Random, firstId: number): Generator<FuzzRequest, never> {
  const messages = generateMessages(
    { code: CODE, keywords: ['JOIN', 'STOP', 'HOURS'], noise: 0.3, duplicates: 0.02, devices: 500 },
    random,
    firstId,
  );
  const make = postMaker({ code: CODE, otherCode: '55555', device: '14045554900', firstId: firstId + 500_000_000 });
  const odd = oddities({ code: CODE, otherCode: '55555' }).filter(({ apart }) => !apart);
  const earlier: Buffer[] = [Buffer.alloc(0)];
  for (;;) {
    const body = bodyOf(random, messages, () => random.pick(random.pick(odd).posts(make)), earlier);
    if (body.length < 2_000) earlier[random.integer(MOST_REMEMBERED) % (earlier.length + 1)] = body;
    const path = random.chance(0.98) ? `/inbound/${organization}` : oddPath(random, organization);
    const raw = random.chance(0.005) ? rawRequest(random, path) : null;
    yield { path, headers: headersOf(random), body, chunked: random.chance(0.1), raw };
  }
}

function bodyOf(
  random: Random,
  messages: Iterator<SimulatedPost>,
  odd: () => SimulatedPost,
  earlier: Buffer[],
): Buffer {
  const kind = random.next();
  // The generator never ends.
  const message = () => (messages.next().value as SimulatedPost).body;
  if (kind < 0.3) return message();
  if (kind < 0.6) return mutated(random, message());
  if (kind < 0.7) return odd().body;
  if (kind < 0.75) return mutated(random, odd().body);
  if (kind < 0.8) return random.pick(earlier);
  if (kind < 0.9) return fieldSoup(random);
  return bytes(random, random.chance(0.05) ? random.pick(SIZES) : random.integer(400));
}

const bytes = (random: Random, length: number): Buffer => {
  const buffer = Buffer.alloc(length);
  for (let i = 0; i < length; i++) buffer[i] = random.integer(256);
  return buffer;
};

/** A few bytes changed, cut out, repeated or put in. */
function mutated(random: Random, original: Buffer): Buffer {
  let body = Buffer.from(original);
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const at = random.integer(body.length + 1);
    const to = Math.min(body.length, at + random.integer(20));
    const inserted = [
      Buffer.of(random.integer(256)),
      ALPHABET.subarray(random.integer(ALPHABET.length)),
      Buffer.from(`%${random.integer(256).toString(16)}`),
      body.subarray(at, to),
      Buffer.alloc(0),
    ];
    body = Buffer.concat([body.subarray(0, at), random.pick(inserted), body.subarray(random.chance(0.5) ? at : to)]);
  }
  return body;
}

function fieldSoup(random: Random): Buffer {
  const fields = Array.from({ length: random.integer(12) }, () => {
    const value = random.chance(0.3) ? '14045554900' : bytes(random, random.integer(12)).toString('latin1');
    return `${random.pick(NAMES)}${random.chance(0.9) ? '=' : ''}${random.chance(0.5) ? encodeURIComponent(value) : value}`;
  });
  return Buffer.from(fields.join('&'), 'latin1');
}

function headersOf(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  if (random.chance(0.9)) headers['content-type'] = random.pick(TYPES);
  if (random.chance(0.02)) headers['content-encoding'] = random.pick(['gzip', 'br', 'identity', 'x']);
  if (random.chance(0.02)) headers['x-forwarded-for'] = random.pick(['208.71.240.10', '::1', ',,,', 'x'.repeat(500)]);
  if (random.chance(0.02)) headers['accept-version'] = '9.x';
  if (random.chance(0.02)) headers['x-odd'] = random.pick(['\u00ff'.repeat(50), 'y'.repeat(8_000), '']);
  if (random.chance(0.02)) headers['expect'] = '100-continue';
  if (random.chance(0.01)) headers['connection'] = 'close';
  return headers;
}

const oddPath = (random: Random, organization: string): string =>
  random.pick([
    '/inbound',
    '/inbound/',
    '/inbound/%zz',
    '/inbound/nobody',
    `/inbound/${'n'.repeat(5_000)}`,
    `/inbound/${organization}/`,
    `/inbound/${organization}/wrong-key`,
    `/inbound/${organization}?message=STOP`,
    `/inbound//${organization}`,
    `/inbound/${organization}/a/b`,
    `/inbound/%2e%2e/${organization}`,
  ]);

/** What no client library would send. */
function rawRequest(random: Random, path: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
  const body = bytes(random, random.integer(100)).toString('latin1');
  return Buffer.from(
    random.pick([
      `${head}Content-Length: 5\r\n\r\n${body}`,
      `${head}Content-Length: -1\r\n\r\n${body}`,
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
      `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}`,
      `${head}Content-Type: a\r\nContent-Type: b\r\nContent-Length: 2\r\n\r\nab`,
      `${head}Bad Header\r\n\r\n`,
      `FROB ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `POST ${path} HTTP/9.9\r\n\r\n`,
      body,
    ]),
    'latin1',
  );
}
