// Normalising and comparing transcripts: everything that may differ between two correct servers (ids, dates, absolute
// positions, generated stream names) is replaced by a stable token, numbered in order of first appearance.

export type Step = [label: string, result: { ok?: unknown; error?: unknown }];
export type Transcript = Record<string, Step[]>;

type Fields = Record<string, unknown>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STREAM = /conf(?:-[a-z]+)?-[a-z0-9]{12,20}/g;
const ERROR_FIELDS = [
  ...['type', 'code', 'streamName', 'expectedVersion', 'actualVersion', 'maxAppendSize', 'groupName'],
] as const;
const TOKENS: Readonly<Record<string, string>> = {
  commitPosition: '<position>',
  preparePosition: '<position>',
  created: '<date>',
};

const errorShape = (error: Error & Fields): Fields => {
  const name = error.constructor.name === 'Error' ? error.name : error.constructor.name;
  const present = ERROR_FIELDS.filter((field) => error[field] !== undefined);
  return { name, ...Object.fromEntries(present.map((field) => [field, error[field]])) };
};

const eventShape = (event: Fields): Fields => ({
  stream: event['streamId'],
  revision: event['revision'],
  type: event['type'],
  isJson: event['isJson'],
  data: event['data'],
  metadata: event['metadata'],
  id: event['id'],
  created: event['created'],
  hasPosition: event['position'] !== undefined,
});

const isError = (value: unknown): value is Error & Fields => Object.prototype.toString.call(value) === '[object Error]';

const isEvent = (value: Fields): boolean => ['streamId', 'revision', 'type'].every((field) => field in value);

const isPosition = (value: Fields): boolean =>
  Object.keys(value).length === 2 && 'commit' in value && 'prepare' in value;

/** What a scenario got, as plain JSON without what differs from run to run. */
export const normalise = (value: unknown): unknown => {
  const streams = new Map<string, string>();
  const seen = new WeakSet();
  const nameless = (text: string): string =>
    text.replace(STREAM, (stream) => {
      const token = streams.get(stream) ?? `<stream ${streams.size + 1}>`;
      streams.set(stream, token);
      return token;
    });
  const walk = (part: unknown): unknown => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part === 'string') return UUID.test(part) ? '<uuid>' : nameless(part);
    if (typeof part !== 'object' || part === null) return part;
    if (isError(part)) return walkObject(errorShape(part));
    if (part instanceof Date) return '<date>';
    if (ArrayBuffer.isView(part))
      return { bytes: walk(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')) };
    if (Array.isArray(part)) return part.map(walk);
    if (seen.has(part)) return '<cycle>';
    seen.add(part);
    const fields = part as Fields;
    if (isEvent(fields)) return walkObject(eventShape(fields));
    return isPosition(fields) ? '<position>' : walkObject(fields);
  };
  const walkObject = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.keys(fields)
        .toSorted()
        .filter((key) => fields[key] !== undefined)
        .map((key) => [key, TOKENS[key] ?? walk(fields[key])]),
    );
  return walk(value);
};

const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 600);

/** Prints the scenarios whose steps differ; returns how many agree and how many differ. */
export const compare = (
  expected: Transcript,
  actual: Transcript,
  print: (line: string) => void,
): { same: number; differ: number } => {
  let same = 0;
  let differ = 0;
  for (const [name, steps] of Object.entries(expected)) {
    if (JSON.stringify(steps) === JSON.stringify(actual[name])) {
      same++;
      continue;
    }
    differ++;
    print(`✗ ${name}`);
    const got = new Map(actual[name]);
    for (const [label, result] of steps) {
      if (JSON.stringify(got.get(label)) === JSON.stringify(result)) continue;
      print(`    ${label}\n      expected ${shown(result)}\n      got      ${shown(got.get(label))}`);
    }
  }
  return { same, differ };
};
