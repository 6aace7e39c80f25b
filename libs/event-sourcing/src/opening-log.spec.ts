import { InMemoryEventLog } from './in-memory-event-log.js';
import { NotDurable, NotReadable, type EventLog } from './event-log.js';
import { LedgerKey } from './ledger-key.js';
import { openLedger } from './ledger.js';
import { openInBackground } from './opening-log.js';

const key = new LedgerKey('ab'.repeat(32));
const first = async (log: EventLog) => {
  for await (const event of log.readAll({ limit: 1 })) return event.type;
  return null;
};

/** A store whose reads do something first: wait, or fail. */
class StoreThat extends InMemoryEventLog {
  constructor(private readonly first: () => Promise<void>) {
    super(() => new Date());
  }
  override async *readStream(...call: Parameters<EventLog['readStream']>) {
    await this.first();
    yield* super.readStream(...call);
  }
}

describe('a ledger that opens in the background', () => {
  it('records and reads only once the event store is reached', async () => {
    let reached: () => void = () => undefined;
    const whenReached = new Promise<void>((resolve) => (reached = resolve));
    const { log, opened } = openInBackground(new StoreThat(() => whenReached), key, 'spec');
    const read = first(log);
    reached();
    expect(await read).toBe('LedgerOpened');
    await opened;
  });

  it('gives up what waits when it is closed before the event store was reached', async () => {
    const { log } = openInBackground(new StoreThat(() => new Promise(() => undefined)), key, 'spec');
    const appended = log.append('s', [], 'no_stream');
    const read = first(log);
    await log.close();
    await expect(appended).rejects.toThrow(NotDurable);
    await expect(read).rejects.toThrow(NotReadable);
  });

  it('says why it is not open, tries again, and is open as soon as the event store answers', async () => {
    const seen: (string | null)[] = [];
    let failures = 2;
    const store = new StoreThat(async () => {
      await null;
      seen.push(opening.problem);
      if (failures-- > 0) throw new NotReadable('it does not answer', { cause: new Error('ECONNREFUSED\nat x') });
    });
    const opening = openInBackground(store, key, 'spec');
    await opening.opened;
    expect(seen.slice(1)).toEqual(['it does not answer: ECONNREFUSED', 'it does not answer: ECONNREFUSED']);
    expect(opening.problem).toBeNull();
  });

  it('stays closed for another key', async () => {
    const store = new InMemoryEventLog(() => new Date());
    await openLedger(store, new LedgerKey('cd'.repeat(32)), '6a1c6b1e-0000-4000-8000-000000000000', 'spec');
    const { log, opened } = openInBackground(store, key, 'spec');
    await expect(opened).rejects.toMatchObject({ code: 'WRONG_LEDGER_KEY' });
    await expect(log.append('s', [], 'no_stream')).rejects.toThrow(NotDurable);
  });
});
