import type { EventType } from './read-event-types.js';
import type { Shape } from './shape.js';

/** What event-catalogue.json holds: payload shapes by event type, and the same for types that are in logs but in no source any more. */
export interface Catalogue {
  readonly events: Readonly<Record<string, Shape>>;
  readonly retired: Readonly<Record<string, Shape>>;
}

export interface Breach {
  readonly type: string;
  readonly kind: 'CHANGED' | 'NEW' | 'GONE' | 'RETIRED';
  /** What differs, one sentence each. */
  readonly what: readonly string[];
}

/** Where the sources break the catalogue. Optional fields may be added without a word. */
export function compare(catalogue: Catalogue, sources: readonly EventType[]): readonly Breach[] {
  const breaches: Breach[] = [];
  for (const { type, file, shape } of sources) {
    const known = own(catalogue.events, type);
    if (own(catalogue.retired, type) !== undefined)
      breaches.push({ type, kind: 'RETIRED', what: [`${type} (${file}) is the name of an event that was retired`] });
    else if (known === undefined)
      breaches.push({ type, kind: 'NEW', what: [`${type} (${file}) is not in the catalogue`] });
    else {
      const what = differences(type, known, shape).map((difference) => `${difference} (${file})`);
      if (what.length > 0) breaches.push({ type, kind: 'CHANGED', what });
    }
  }
  for (const type of Object.keys(catalogue.events))
    if (!sources.some((source) => source.type === type))
      breaches.push({ type, kind: 'GONE', what: [`${type} is in the catalogue, but declared nowhere`] });
  return breaches;
}

const own = (shapes: Readonly<Record<string, Shape>>, type: string): Shape | undefined =>
  Object.hasOwn(shapes, type) ? shapes[type] : undefined;

const isFields = (shape: unknown): shape is Readonly<Record<string, Shape>> =>
  typeof shape === 'object' && shape !== null && !Array.isArray(shape) && !('|' in shape) && !('tuple' in shape);

function differences(where: string, before: Shape, after: Shape): string[] {
  if (Array.isArray(before) && Array.isArray(after)) return differences(`${where}[]`, before[0], after[0]);
  if (!isFields(before) || !isFields(after))
    return written(before) === written(after) ? [] : [`${where} was ${written(before)} and is ${written(after)}`];
  const found: string[] = [];
  for (const [field, shape] of Object.entries(before)) {
    const name = `${where}.${field.replace('?', '')}`;
    const now = after[field];
    if (now !== undefined) found.push(...differences(name, shape, now));
    else if (`${field}?` in after) found.push(`${name} was always there and is optional now`);
    else if (field.endsWith('?') && field.slice(0, -1) in after) found.push(`${name} was optional and is demanded now`);
    else found.push(`${name} is gone`);
  }
  for (const field of Object.keys(after)) {
    const bare = field.replace('?', '');
    if (bare in before || `${bare}?` in before || field.endsWith('?')) continue;
    found.push(`${where}.${field} is new, and not optional`);
  }
  return found;
}

// Whatever order the fields stand in.
const written = (shape: unknown): string =>
  JSON.stringify(shape, (_, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

/** What a person reads when the sources break the catalogue. */
export function explain(breaches: readonly Breach[]): string {
  const of = (kind: Breach['kind']) => breaches.filter((breach) => breach.kind === kind);
  const part = (kind: Breach['kind'], advice: (type: string) => string): string[] => {
    const [first] = of(kind);
    if (!first) return [];
    return [...of(kind).flatMap(({ what }) => what.map((line) => `  - ${line}`)), advice(first.type), ''];
  };
  return [
    ...part(
      'CHANGED',
      (type) =>
        `The log is for ever: there may be events of this type with the old payload, and whoever reads them takes them for the new one.\n` +
        `Undo the change, and\n` +
        `  * add what is new as an optional field (\`field?: …\`), which needs nothing else; or\n` +
        `  * declare a new event type, for example ${type}V2, decide that one from now on, and keep ${type} where events are read\n` +
        `    (evolve, results, projections).\n` +
        `Only if no log anywhere holds an event of this type yet: npx nx run event-catalogue:extend --replace=${type}`,
    ),
    ...part(
      'NEW',
      () => 'Its payload is a promise from now on. Add it to the catalogue: npx nx run event-catalogue:extend',
    ),
    ...part(
      'GONE',
      (type) =>
        `Events of this type stay in the log. Keep the class; or, where nothing has to read them any more, retire it, which keeps its\n` +
        `name from being used for anything else: npx nx run event-catalogue:extend --retire=${type}\n` +
        `Only if no log anywhere holds an event of this type yet: npx nx run event-catalogue:extend --replace=${type}`,
    ),
    ...part('RETIRED', () => 'Logs hold events of that name with another meaning. Choose another name.'),
  ].join('\n');
}

export interface Permissions {
  /** Types that no log holds yet: they may change, or go without a trace. */
  readonly replace: readonly string[];
  /** Types whose code is gone while their events stay. */
  readonly retire: readonly string[];
}

/** The catalogue with what is new in the sources. Throws what `explain` says where more than that has changed. */
export function extended(
  catalogue: Catalogue,
  sources: readonly EventType[],
  { replace, retire }: Permissions,
): Catalogue {
  const allowed = ({ kind, type }: Breach): boolean => {
    if (kind === 'NEW') return true;
    if (kind === 'CHANGED') return replace.includes(type);
    return kind === 'GONE' && (replace.includes(type) || retire.includes(type));
  };
  const breaches = compare(catalogue, sources).filter((breach) => !allowed(breach));
  if (breaches.length > 0) throw new Error(explain(breaches));
  const retired = Object.entries(catalogue.events).filter(
    ([type]) => retire.includes(type) && !sources.some((source) => source.type === type),
  );
  return {
    events: Object.fromEntries(sources.map(({ type, shape }) => [type, shape])),
    retired: { ...catalogue.retired, ...Object.fromEntries(retired) },
  };
}
