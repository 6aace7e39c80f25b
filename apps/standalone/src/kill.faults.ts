import { build, RunningLedger } from './testing/running-ledger.js';

/** Every process in turn; `everything` is the supervisor, with which all others end. */
const VICTIMS = ['front', 'back', 'PostgreSQL', 'everything'];
const ROUNDS = rounds({ test: 4, short: 4, long: 20 });
const CONNECTIONS = 16;
/** How many posts are answered between two kills. */
const BETWEEN = 60;

beforeAll(build);

/** Posts like the gateway, over and over: what was not answered 200 is posted again until it is. */
class Gateway {
  readonly acknowledged = new Set<string>();
  #next = 0;
  #stopped = false;
  #wake: () => void = () => undefined;
  #pause: Promise<void> | null = null;
  readonly #posting: Promise<void>[];

  constructor(private readonly ledger: RunningLedger) {
    this.#posting = Array.from({ length: CONNECTIONS }, () => this.#post());
  }

  /** Resolves when so many more posts have been answered 200. */
  async acknowledges(more: number): Promise<void> {
    const target = this.acknowledged.size + more;
    while (this.acknowledged.size < target) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Posts nothing while `work` is under way. */
  async pauseFor(work: () => Promise<void>): Promise<void> {
    this.#pause = work();
    await this.#pause;
    this.#pause = null;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#posting);
  }

  async #post(): Promise<void> {
    while (!this.#stopped) {
      const message_id = String(++this.#next);
      const device_address = `1404555${String(this.#next % 40).padStart(4, '0')}`;
      const message = this.#next % 3 ? 'hours' : 'join';
      let answered = false;
      while (!answered && !this.#stopped) {
        await this.#pause;
        const answer = await this.ledger.post({ device_address, message, message_id }).catch(() => null);
        answered = answer?.status === 200;
      }
      if (answered) this.acknowledged.add(message_id);
      this.#wake();
    }
  }
}

describe('whichever process is killed while posts come in', () => {
  it('every post that was answered 200 is there once, routed once, and all processes come back', async () => {
    const ledger = await RunningLedger.start();
    try {
      await ledger.provision();
      const gateway = new Gateway(ledger);
      for (let round = 0; round < ROUNDS; round++) {
        await gateway.acknowledges(BETWEEN);
        const victim = VICTIMS[round % VICTIMS.length] ?? '';
        if (victim === 'everything')
          await gateway.pauseFor(async () => {
            await ledger.kill('SIGKILL');
            await ledger.start();
          });
        else process.kill(await ledger.pidOf(victim), 'SIGKILL');
      }
      await gateway.acknowledges(BETWEEN);
      await gateway.stop();
      for (const part of VICTIMS.slice(0, 3)) expect(await ledger.pidOf(part)).toBeGreaterThan(0);

      const last = await ledger.post({ device_address: '14045559999', message: 'hours', message_id: 'last' });
      expect(last.status).toBe(200);
      const messages = await ledger.list('/messages', last);
      const ids = messages.map(({ messageId }) => String(messageId));
      expect(new Set(ids).size).toBe(ids.length);
      expect([...gateway.acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
      expect(messages.filter(({ routing }) => (routing as { outcome: string }).outcome !== 'MATCHED')).toEqual([]);
      const counted = await Promise.all(
        ['join', 'hours'].map((program) => ledger.get(`/codes/70707/programs/${program}`, last)),
      );
      expect(counted.reduce((sum, { json }) => sum + json.messages, 0)).toBe(messages.length);
    } finally {
      await ledger.remove();
    }
  });
});
