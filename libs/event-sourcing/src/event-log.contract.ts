import { Event, type Recorded } from './event.js';
import { WrongExpectedRevision, type Delivery, type EventLog, type NewEvent } from './event-log.js';

class Counted extends Event('Counted')<{ n: number; text?: string }> {}
class Noted extends Event('Noted')<{ n: number }> {}

let made = 0;
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const metadata = { $correlationId: 'c', $causationId: 'd', recordedBy: 'spec', schemaVersion: 1 };
const counted = (n: number, text?: string): NewEvent => ({
  id: uuid(++made),
  event: new Counted({ n, ...(text === undefined ? {} : { text }) }),
  metadata,
});

const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
};
const numbers = (events: readonly Recorded[]): number[] => events.map(({ data }) => (data as { n: number }).n);

/** What every EventLog has to do, whatever is behind it. `open` gives one on a store that this suite alone uses. */
export function eventLogContract(open: () => Promise<{ log: EventLog; close: () => Promise<void> }>): void {
  let log: EventLog;
  let close: () => Promise<void>;
  const stream = () => `counter-${++made}`;
  beforeAll(async () => {
    ({ log, close } = await open());
  });
  afterAll(() => close());

  it('gives back what was appended, with its place in the stream and in the log', async () => {
    const name = stream();
    const event = counted(1, 'NUL \0, lone surrogate \ud800, 🛑');
    const { revision, position } = await log.append(name, [event], 'no_stream');
    const [read, ...rest] = await all(log.readStream(name));
    expect(rest).toEqual([]);
    expect(read).toMatchObject({
      type: 'Counted',
      data: event.event.data,
      id: event.id,
      stream: name,
      revision,
      position,
      metadata,
    });
    expect(revision).toBe(0n);
  });

  it('refuses an append to a stream that is not as expected', async () => {
    const name = stream();
    await log.append(name, [counted(1)], 'no_stream');
    await expect(log.append(name, [counted(2)], 'no_stream')).rejects.toThrow(WrongExpectedRevision);
    await expect(log.append(name, [counted(2)], 5n)).rejects.toThrow(WrongExpectedRevision);
    await expect(log.append(name, [counted(2)], 0n)).resolves.toMatchObject({ revision: 1n });
  });

  it('takes a repeated append for the first one, and writes nothing', async () => {
    const name = stream();
    const events = [counted(1), counted(2)];
    const first = await log.append(name, events, 'no_stream');
    await log.append(name, [counted(3)], 1n);
    expect(await log.append(name, events, 'no_stream')).toEqual(first);
    expect(numbers(await all(log.readStream(name)))).toEqual([1, 2, 3]);
  });

  it('reads a stream in both directions, from a revision, up to a limit; a missing one is empty', async () => {
    const name = stream();
    await log.append(
      name,
      [1, 2, 3, 4].map((n) => counted(n)),
      'no_stream',
    );
    expect(numbers(await all(log.readStream(name, { from: 1n, limit: 2 })))).toEqual([2, 3]);
    expect(numbers(await all(log.readStream(name, { direction: 'backwards', limit: 1 })))).toEqual([4]);
    expect(numbers(await all(log.readStream(name, { direction: 'backwards', from: 2n })))).toEqual([3, 2, 1]);
    expect(await all(log.readStream(stream()))).toEqual([]);
  });

  it('reads the whole log from a position, inclusive, in its order', async () => {
    const first = await log.append(stream(), [counted(101)], 'no_stream');
    await log.append(stream(), [counted(102)], 'no_stream');
    const events = await all(log.readAll({ from: first.position }));
    expect(numbers(events)).toEqual([101, 102]);
    expect(events[1]?.position).toBeGreaterThan(first.position);
    expect(numbers(await all(log.readAll({ direction: 'backwards', limit: 1 })))).toEqual([102]);
  });

  it('marks the events of one append with their place in it', async () => {
    const name = stream();
    await log.append(name, [counted(1), counted(2)], 'no_stream');
    const events = await all(log.readStream(name));
    expect(events.map((event) => event.metadata.append)).toEqual([
      { index: 0, size: 2 },
      { index: 1, size: 2 },
    ]);
  });

  it('delivers what comes strictly after a position, of exactly the types that were asked for, then what is new', async () => {
    const name = stream();
    const first = await log.append(name, [counted(1)], 'no_stream');
    const noted: NewEvent = { id: uuid(++made), event: new Noted({ n: 2 }), metadata };
    const second = await log.append(name, [noted, counted(3)], 0n);
    const done = new AbortController();
    const seen: number[] = [];
    const kinds: Delivery['kind'][] = [];
    for await (const delivery of log.subscribe({ after: first.position, types: ['Counted'], signal: done.signal })) {
      if (delivery.kind === 'event') seen.push(...numbers([delivery.event]));
      if (delivery.kind === 'checkpoint') expect(delivery.position).toBeGreaterThanOrEqual(second.position);
      if (delivery.kind === 'caught-up') await log.append(name, [counted(4)], 2n);
      if (kinds.at(-1) !== delivery.kind) kinds.push(delivery.kind);
      if (seen.includes(4)) done.abort();
    }
    expect(seen).toEqual([3, 4]);
    expect(kinds.indexOf('caught-up')).toBeLessThan(kinds.lastIndexOf('event'));
  });
}
