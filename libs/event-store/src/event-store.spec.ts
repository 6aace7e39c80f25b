import { status } from '@grpc/grpc-js';
import {
  Event,
  follow,
  NotDurable,
  type Batch,
  type EventLog,
  type NewEvent,
  type Recorded,
} from '@mo-ledger/event-sourcing';
import { connectEventLog } from './index.js';
import { FixedAddress } from './testing/fixed-address.js';
import { answers, askedAfter, MisbehavingServer } from './testing/misbehaving-server.js';

class Counted extends Event('Counted')<{ n: number }> {}

const event = (n: number): NewEvent => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  event: new Counted({ n }),
  metadata: { $correlationId: 'c', $causationId: 'c', recordedBy: 'spec', schemaVersion: 1 },
});

/** However slow the machine is. */
const PATIENT = { timeoutMs: 60_000 };

describe('the event log over a server that misbehaves', () => {
  let server: MisbehavingServer;
  let log: EventLog;
  beforeEach(async () => {
    server = new MisbehavingServer();
    log = connectEventLog({ url: await server.start() });
  });
  afterEach(async () => {
    await log.close();
    server.close();
  });

  describe('appending', () => {
    it('tries again with the same id where the server is silent, until it answers', async () => {
      server.appends = ['silence', 'confirm'];
      await expect(log.append('s', [event(1)], 'no_stream', PATIENT)).resolves.toEqual({
        revision: 0n,
        position: 100n,
      });
      expect(server.asked.slice(0, 2)).toEqual([event(1).id, event(1).id]);
      expect(server.written).toEqual([event(1).id]);
    });

    it('says that it is not durable where the server stays silent, within its time-out', async () => {
      server.appends = ['silence'];
      await expect(log.append('s', [event(1)], 'no_stream', { timeoutMs: 300 })).rejects.toThrow(NotDurable);
    });

    it('tries again where the outcome is unknown, and writes once', async () => {
      server.appends = ['write, then fail the call', 'confirm'];
      await expect(log.append('s', [event(1)], 'no_stream', PATIENT)).resolves.toEqual({
        revision: 0n,
        position: 100n,
      });
      expect(server.written).toEqual([event(1).id]);
    });

    it('settles every append although one failing call rejects them all', async () => {
      server.appends = ['silence', 'silence', 'silence', 'fail the call', 'confirm'];
      const all = [1, 2, 3, 4].map((n) => log.append(`s${n}`, [event(n)], 'no_stream', PATIENT));
      await expect(Promise.all(all)).resolves.toHaveLength(4);
      expect([...server.written].sort()).toEqual([1, 2, 3, 4].map((n) => event(n).id));
    });

    it('leaves an answer alone that nobody waits for any more', async () => {
      server.appends = ['confirm twice', 'confirm'];
      await log.append('s', [event(1)], 'no_stream');
      await expect(log.append('s', [event(2)], 0n)).resolves.toMatchObject({ revision: 1n });
    });

    it('recovers from a failed first capability call', async () => {
      server.failingCapabilityCalls = 2;
      await expect(log.append('s', [event(1)], 'no_stream', PATIENT)).resolves.toMatchObject({ revision: 0n });
    });

    it('refuses at once what cannot be serialised', async () => {
      const odd = { ...event(1), event: new Counted({ n: 1n as unknown as number }) };
      await expect(log.append('s', [odd], 'no_stream')).rejects.toThrow('BigInt');
    });

    it('finds the server again after it was away', async () => {
      const address = await FixedAddress.open();
      address.forwardTo(server.port);
      const moving = connectEventLog({ url: address.url });
      await moving.append('s', [event(1)], 'no_stream', PATIENT);
      address.forwardTo(null);
      await expect(moving.append('s', [event(2)], 0n, { timeoutMs: 200 })).rejects.toThrow(NotDurable);
      address.forwardTo(server.port);
      await expect(moving.append('s', [event(2)], 0n, PATIENT)).resolves.toMatchObject({ position: 101n });
      await moving.close();
      await address.close();
    });
  });

  it('reads the beginning of a stream as often as anybody wants, without losing the connection', async () => {
    server.reading = [(call) => (call.write(answers.event(1)), call.end())];
    for (let n = 0; n < 1_100; n++)
      for await (const { data } of log.readStream('s', { limit: 1 })) expect(data).toEqual({ n: 1 });
    expect(server.reads).toBe(1_100);
  });

  it('reads again what an append cut short by failing, and does not take it for the end', async () => {
    let begun: () => void = () => undefined;
    const reading = new Promise<void>((resolve) => (begun = resolve));
    server.reading = [() => begun(), (call) => (call.write(answers.event(1)), call.end())];
    const read = (async () => {
      const seen: Recorded[] = [];
      for await (const recorded of log.readStream('s')) seen.push(recorded);
      return seen;
    })();
    await reading;
    server.appends = ['fail the call', 'confirm'];
    await log.append('other', [event(2)], 'no_stream');
    expect(await read).toHaveLength(1);
  });

  describe('following', () => {
    /** Follows until `count` events were seen, and gives their numbers and the positions that were asked for. */
    const numbers = async (count: number, types?: string[]) => {
      const done = new AbortController();
      const seen: number[] = [];
      const positions: bigint[] = [];
      const handle = async ({ events, position }: Batch) => {
        seen.push(...events.map(({ data }) => (data as { n: number }).n));
        positions.push(position);
        if (seen.length >= count) done.abort();
      };
      await follow(log, handle, { after: 'start', signal: done.signal, ...(types ? { types } : {}) });
      return { seen, positions };
    };

    it.each<[string, (call: Parameters<MisbehavingServer['reading'][number]>[0]) => void]>([
      ['ends without an error', (call) => call.end()],
      ['fails', (call) => call.emit('error', { code: status.UNAVAILABLE, details: 'going away' })],
    ])('takes up a subscription that %s, strictly after what was handled', async (_, drop) => {
      const after: (string | null)[] = [];
      const stage =
        (numbers: number[], last: boolean) => (call: Parameters<MisbehavingServer['reading'][number]>[0]) => {
          after.push(askedAfter(call));
          call.write(answers.confirmation());
          for (const n of numbers) call.write(answers.event(n));
          if (!last) setImmediate(() => drop(call));
        };
      server.reading = [stage([10, 20], false), stage([30], true)];
      expect((await numbers(3)).seen).toEqual([10, 20, 30]);
      expect(after).toEqual([null, '20']);
    });

    it('sees a checkpoint only after every event before it, and ignores those beyond 2^63', async () => {
      server.reading = [
        (call) => {
          call.write(answers.confirmation());
          for (let n = 1; n <= 600; n++) call.write(answers.event(n));
          call.write(answers.checkpoint(700n));
          call.write(answers.checkpoint(2n ** 63n + 5n));
          call.write(answers.caughtUp());
          call.write(answers.event(800));
        },
      ];
      const { seen, positions } = await numbers(601);
      expect(seen).toHaveLength(601);
      expect(positions.every((position, index) => index === 0 || position >= (positions[index - 1] ?? 0n))).toBe(true);
      expect(positions.at(-1)).toBe(800n);
    });

    it('gives exactly the types that were asked for', async () => {
      server.reading = [
        (call) => {
          call.write(answers.confirmation());
          call.write(answers.event(1, 'CountedV2'));
          call.write(answers.event(2, 'Counted'));
        },
      ];
      expect((await numbers(1, ['Counted'])).seen).toEqual([2]);
    });
  });
});
