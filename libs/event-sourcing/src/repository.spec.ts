import { Aggregate } from './aggregate.js';
import { Event } from './event.js';
import { InMemoryEventLog } from './in-memory-event-log.js';
import { LedgerKey } from './ledger-key.js';
import { openLedger, WrongLedgerKey } from './ledger.js';
import { Repository, type CommandContext } from './repository.js';
import { specify } from './specification.js';

class Deposited extends Event('Deposited')<{ amount: number }> {}

class Account extends Aggregate<number, Deposited> {
  constructor() {
    super(0, (balance, event) => balance + event.data.amount);
  }
  deposit(amount: number): void {
    if (amount === 0) return;
    if (amount < 0) throw Object.assign(new Error('negative'), { code: 'NEGATIVE' });
    this.record(new Deposited({ amount }));
  }
}

const command = (id: string, more: Partial<CommandContext> = {}): CommandContext => ({
  eventId: (index) => `${id}-${index}`,
  metadata: { $correlationId: id, $causationId: id, recordedBy: 'spec', schemaVersion: 1 },
  ...more,
});

describe('a repository', () => {
  let log: InMemoryEventLog;
  let accounts: Repository<number, Deposited, Account>;
  beforeEach(() => {
    log = new InMemoryEventLog();
    accounts = new Repository(log, 'account', () => new Account());
  });

  it('appends what an aggregate decides and tells where it stands', async () => {
    const { position, aggregate } = await accounts.execute('1', (account) => account.deposit(5), command('a'));
    expect(log.events.map(({ stream, data, position: at }) => [stream, data, at])).toEqual([
      ['account-1', { amount: 5 }, position],
    ]);
    expect(aggregate.revision).toBe(0n);
    expect((await accounts.load('1')).state).toBe(5);
  });

  it('tells the position of the last change where nothing changes', async () => {
    const first = await accounts.execute('1', (account) => account.deposit(5), command('a'));
    const second = await accounts.execute('1', (account) => account.deposit(0), command('b'));
    expect(second).toMatchObject({ events: [], position: first.position });
  });

  it('writes nothing where a command is repeated with the same ids and the same expected revision', async () => {
    const fresh = command('a', { expectNew: true });
    const first = await accounts.execute('1', (account) => account.deposit(5), fresh);
    const again = await accounts.execute('1', (account) => account.deposit(5), fresh);
    expect(again.position).toBe(first.position);
    expect(log.events).toHaveLength(1);
  });

  it('reads only what is new of what it remembers, and sees what others wrote', async () => {
    const read: unknown[] = [];
    const watched = Object.assign(Object.create(InMemoryEventLog.prototype) as InMemoryEventLog, {
      append: log.append.bind(log),
      readStream: (stream: string, options: { from?: bigint } = {}) => {
        read.push([stream, options.from]);
        return log.readStream(stream, options);
      },
    });
    const remembering = new Repository<number, Deposited, Account>(watched, 'account', () => new Account(), 2);
    await remembering.execute('1', (account) => account.deposit(5), command('a'));
    await accounts.execute('1', (account) => account.deposit(7), command('b'));
    await remembering.execute('1', (account) => account.deposit(1), command('c'));
    expect((await remembering.load('1')).state).toBe(13);
    await expect(remembering.execute('1', (account) => account.deposit(-1), command('d'))).rejects.toThrow('negative');
    expect((await remembering.load('1')).state).toBe(13);
    expect(read.map((call) => (call as [string, bigint?])[1])).toEqual([undefined, 1n, 3n, 3n, 3n]);
    // Only so many are remembered.
    for (const id of ['2', '3']) await remembering.execute(id, (account) => account.deposit(1), command(id));
    await remembering.load('1');
    expect(read.at(-1)).toEqual(['account-1', undefined]);
  });

  it('decides anew when it loses a race', async () => {
    const decided: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        accounts.execute(
          '1',
          (account) => {
            decided.push(account.state);
            account.deposit(1);
          },
          command(`c${n}`, { expectNew: true }),
        ),
      ),
    );
    expect((await accounts.load('1')).state).toBe(10);
    expect(decided.length).toBeGreaterThan(10);
  });
});

describe('an aggregate', () => {
  const account = specify<number, Deposited, Account>(() => new Account());
  it('folds its history and what it decides', () => {
    account
      .given(new Deposited({ amount: 2 }))
      .when((a) => a.deposit(3))
      .then(new Deposited({ amount: 3 }));
  });
  it('refuses with a stable code', () => {
    account
      .given()
      .when((a) => a.deposit(-1))
      .thenRefused('NEGATIVE');
  });
});

describe('ids derived from the ledger key', () => {
  const key = new LedgerKey('0'.repeat(64));
  const other = new LedgerKey('1'.repeat(64));
  it('are the same for the same natural key, and differ by key, purpose and part', () => {
    expect(key.id('message', 'a', 'b')).toBe(key.id('message', 'a', 'b'));
    const ids = [
      key.id('message', 'a', 'b'),
      key.id('message', 'ab', ''),
      key.id('status', 'a', 'b'),
      other.id('message', 'a', 'b'),
      key.id('message', null),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('are UUIDs where an event needs one', () => {
    expect(key.uuid('event', 'x', 0)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it('need 32 bytes in hex', () => {
    expect(() => new LedgerKey('short')).toThrow('LEDGER_KEY');
  });

  it('belong to one log: another key is refused', async () => {
    const log = new InMemoryEventLog();
    const opened = await openLedger(log, key, 'ledger-1', 'spec');
    expect(await openLedger(log, key, 'ledger-2', 'spec')).toEqual(opened);
    await expect(openLedger(log, other, 'ledger-3', 'spec')).rejects.toThrow(WrongLedgerKey);
  });
});
