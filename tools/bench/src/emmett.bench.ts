import { LedgerKey } from '@mo-ledger/event-sourcing';
import type { Bench } from './bench.js';
import { compare } from './comparison.js';
import { openDatabases } from './databases.js';
import type { Contender } from './emmett/contender.js';
import { ours } from './emmett/ours.js';
import { theirs, TUNED } from './emmett/theirs.js';
import { message, TEXTS_EACH } from './seed/people.js';
import { LEDGER_KEY } from './seed/seeds.js';

const key = new LedgerKey(LEDGER_KEY);

/** The same command and the same projection written with emmett, whose PostgreSQL waits for the disk as our event store does. */
export const emmett: Bench = {
  name: 'emmett',
  summary: 'recording a message once, and rebuilding one projection, beside the same written with emmett on PostgreSQL',
  options: {
    seconds: { default: '1', quick: '1', meaning: 'of commands, each round; emmett rebuilds a thousand a second' },
    repeat: { default: '5', quick: '1', meaning: 'rounds' },
    flight: { default: '64', meaning: 'commands at the same time' },
    recorded: { default: '20000', quick: '1000', meaning: 'messages at least, from which it is rebuilt' },
  },
  goals: { 'emmett.commands': { atLeast: 3 }, 'emmett.rebuild': { atLeast: 15 } },
  async run(given) {
    const databases = await openDatabases();
    const flight = given.number('flight');
    const [us, them] = [await ours(databases), await theirs(await databases.create())];
    try {
      const [commands, theirCommands] = [new Commands(us, flight), new Commands(them, flight)];
      const [perSecond, theirPerSecond] = [[] as number[], [] as number[]];
      for (const commander of [commands, theirCommands]) await commander.during(1);
      for (let round = 0; round < given.number('repeat'); round++) {
        perSecond.push(await commands.during(given.number('seconds')));
        theirPerSecond.push(await theirCommands.during(given.number('seconds')));
      }
      const events = Math.max(commands.recorded, theirCommands.recorded, given.number('recorded'));
      for (const commander of [commands, theirCommands]) await commander.upTo(events);
      let missing = 0;
      const [rebuilt, usual, tuned] = [[] as number[], [] as number[], [] as number[]];
      for (let round = 0; round < Math.min(3, given.number('repeat')); round++) {
        const [mine, asItIs, atItsBest] = [await us.rebuild(), await them.rebuild(), await them.rebuild(TUNED)];
        for (const [rates, { rows, seconds }] of [
          [rebuilt, mine],
          [usual, asItIs],
          [tuned, atItsBest],
        ] as const)
          rates.push(rows / seconds);
        missing = events - asItIs.rows;
      }
      return {
        comparisons: [
          compare({ name: 'emmett.commands', unit: 'commands/s', with: 'emmett' }, perSecond, theirPerSecond),
          compare({ name: 'emmett.rebuild', unit: 'events/s', with: 'emmett' }, rebuilt, usual),
          compare(
            { name: 'emmett.rebuild.tuned', unit: 'events/s', with: 'emmett, 500 at a time, no pause' },
            rebuilt,
            tuned,
          ),
        ],
        figures: {
          'commands at the same time': flight,
          'events rebuilt': events,
          // emmett reads in the order of transactions and resumes by position, so it can pass over what was recorded at the same time.
          'events missing in the table of emmett': missing,
        },
      };
    } finally {
      await us.close();
      await them.close();
      await databases.stop();
    }
  },
};

/** Records messages with one contender, `flight` of them at a time. */
class Commands {
  recorded = 0;

  constructor(
    private readonly contender: Contender,
    private readonly flight: number,
  ) {}

  /** Records for a time; how many a second. */
  async during(seconds: number): Promise<number> {
    const [begun, before] = [performance.now(), this.recorded];
    await this.#all(() => performance.now() < begun + seconds * 1_000);
    return (this.recorded - before) / ((performance.now() - begun) / 1_000);
  }

  upTo(count: number): Promise<void> {
    return this.#all(() => this.recorded < count);
  }

  async #all(goOn: () => boolean): Promise<void> {
    const one = async (): Promise<void> => {
      while (goOn()) {
        const n = this.recorded++;
        await this.contender.record(message(key, n, Math.floor(n / TEXTS_EACH), n % TEXTS_EACH));
      }
    };
    await Promise.all(Array.from({ length: this.flight }, one));
  }
}
