import { InMemoryEventLog, LedgerKey, NotDurable, type EventLog } from '@mo-ledger/event-sourcing';
import { Checkpoint, CHECKPOINT_STREAM } from './checkpoint.js';

const key = new LedgerKey('ab'.repeat(32));

describe('the checkpoint', () => {
  let log: InMemoryEventLog;
  const errors: unknown[] = [];
  const checkpoint = (over: EventLog = log) => new Checkpoint(over, key, 'spec', (error) => errors.push(error));
  beforeEach(() => {
    log = new InMemoryEventLog();
  });

  it('is where the next run resumes', async () => {
    const first = checkpoint();
    expect(await first.load()).toBeNull();
    first.reached(7n);
    first.reached(9n);
    await first.flush();
    expect(await checkpoint().load()).toBe(9n);
    expect(log.events.map(({ stream }) => stream)).toEqual([CHECKPOINT_STREAM]);
  });

  it('is not written again where nothing moved, and never goes back', async () => {
    const one = checkpoint();
    one.reached(9n);
    await one.flush();
    await one.flush();
    one.reached(8n);
    await one.flush();
    expect(log.events).toHaveLength(1);
  });

  it('survives another router that writes it too', async () => {
    const [one, other] = [checkpoint(), checkpoint()];
    await one.load();
    await other.load();
    one.reached(10n);
    await one.flush();
    other.reached(20n);
    await other.flush();
    other.reached(21n);
    await other.flush();
    expect(await checkpoint().load()).toBe(21n);
  });

  it('is told to a log that keeps only the last one, and is tried again by the next', async () => {
    let kept: unknown;
    let away = true;
    const unreliable: EventLog = {
      append: (stream, events, expected) =>
        away ? Promise.reject(new NotDurable('away')) : log.append(stream, events, expected),
      readStream: (stream, options) => log.readStream(stream, options),
      readAll: (options) => log.readAll(options),
      subscribe: (options) => log.subscribe(options),
      setMaxCount: async (stream, maxCount) => void (kept = [stream, maxCount]),
      close: () => log.close(),
    };
    const one = checkpoint(unreliable);
    one.reached(5n);
    await expect(one.flush()).rejects.toThrow('away');
    expect(kept).toEqual([CHECKPOINT_STREAM, 1]);
    away = false;
    await one.flush();
    expect(await checkpoint().load()).toBe(5n);
  });
});
