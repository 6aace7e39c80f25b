import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedProcess } from './supervised-process.js';

const program = async (text: string): Promise<string> => {
  const file = join(await mkdtemp(join(tmpdir(), 'mo-ledger-spec-')), 'program.mjs');
  await writeFile(file, text);
  return file;
};
const ready = `process.send({ listening: 'http://127.0.0.1:' + process.pid }); process.on('disconnect', () => process.exit()); setInterval(() => {}, 1000);`;
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('a supervised process', () => {
  it('is started again when it is killed, and ends when it is stopped', async () => {
    const supervised = new SupervisedProcess({ name: 'spec', file: await program(ready), env: {} });
    const first = await supervised.start();
    const pid = supervised.pid;
    expect(first).toBe(`http://127.0.0.1:${pid}`);
    if (pid) process.kill(pid, 'SIGKILL');
    await until(() => supervised.url !== null && supervised.url !== first);
    const second = supervised.pid;
    await supervised.stop();
    expect(supervised.url).toBeNull();
    expect(() => process.kill(second ?? 0, 0)).toThrow('ESRCH');
  });

  it('that cannot start says what it said last', async () => {
    const file = await program(`console.error('the folder is in use by process 7'); process.exit(1);`);
    await expect(new SupervisedProcess({ name: 'spec', file, env: {} }).start()).rejects.toThrow('in use by process 7');
  });

  it('does not outlive the process that started it', async () => {
    const child = await program(
      `import { writeFileSync } from 'node:fs'; writeFileSync(process.env.PID_FILE, String(process.pid)); ${ready}`,
    );
    const pidFile = `${child}.pid`;
    const parent = await program(
      `import { fork } from 'node:child_process'; const child = fork(${JSON.stringify(child)}, [], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
       child.on('message', () => process.send({ listening: 'parent' })); setInterval(() => {}, 1000);`,
    );
    const supervised = new SupervisedProcess({ name: 'spec', file: parent, env: { PID_FILE: pidFile } });
    await supervised.start();
    const pid = Number(await readFile(pidFile, 'utf8'));
    if (supervised.pid) process.kill(supervised.pid, 'SIGKILL');
    const alive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await until(() => !alive());
    await supervised.stop();
  });
});
