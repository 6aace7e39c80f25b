import { build, RunningLedger } from './testing/running-ledger.js';

/** A dozen by default; more with KILL_ROUNDS. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 12);
const CONNECTIONS = 16;
/** How many posts are answered between two kills. */
const BETWEEN = 60;

beforeAll(build, 120_000);

describe('whichever process is killed while posts come in', () => {
  it(
    'every post that was answered 200 is there once, routed once',
    async () => {
      const ledger = await RunningLedger.start();
      try {
        await ledger.provision();
        const acknowledged = new Set<string>();
        let next = 0;
        let stopped = false;
        let wake: () => void = () => undefined;
        let paused: Promise<void> | null = null;

        // Like the gateway: what was not answered 200 is posted again until it is.
        const gateway = async (): Promise<void> => {
          while (!stopped) {
            const id = String(++next);
            const device_address = `1404555${String(next % 40).padStart(4, '0')}`;
            while (!stopped) {
              await paused;
              const answer = await ledger
                .post({ device_address, message: next % 3 ? 'hours' : 'join', message_id: id })
                .catch(() => null);
              if (answer?.status !== 200) continue;
              acknowledged.add(id);
              wake();
              break;
            }
          }
        };
        const posting = Array.from({ length: CONNECTIONS }, gateway);

        for (let round = 0; round < ROUNDS; round++) {
          const target = acknowledged.size + BETWEEN;
          while (acknowledged.size < target) await new Promise<void>((resolve) => (wake = resolve));
          const pids = await ledger.pids();
          const names = [...pids.keys(), 'everything'];
          const name = names[round % names.length] ?? '';
          const pid = pids.get(name);
          if (pid) {
            process.kill(pid, 'SIGKILL');
            continue;
          }
          let go: () => void = () => undefined;
          paused = new Promise<void>((resolve) => (go = resolve));
          await ledger.kill('SIGKILL');
          await ledger.start();
          paused = null;
          go();
        }
        const target = acknowledged.size + BETWEEN;
        while (acknowledged.size < target) await new Promise<void>((resolve) => (wake = resolve));
        stopped = true;
        await Promise.all(posting);

        const last = await ledger.post({ device_address: '14045559999', message: 'hours', message_id: 'last' });
        expect(last.status).toBe(200);
        const messages = await ledger.list('/messages', last);
        const ids = messages.map(({ messageId }) => String(messageId));
        expect(new Set(ids).size).toBe(ids.length);
        expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
        expect(messages.filter(({ routing }) => (routing as { outcome: string }).outcome !== 'MATCHED')).toEqual([]);
        const counted = await Promise.all(
          ['join', 'hours'].map((program) => ledger.get(`/codes/26161/programs/${program}`, last)),
        );
        expect(counted.reduce((sum, { json }) => sum + json.messages, 0)).toBe(messages.length);
      } finally {
        await ledger.remove();
      }
    },
    ROUNDS * 15_000 + 60_000,
  );
});
