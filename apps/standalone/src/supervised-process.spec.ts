import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedProcess } from './supervised-process.js';

const program = async (text: string): Promise<string> => {
  const file = join(await mkdtemp(join(tmpdir(), 'mo-ledger-spec-')), 'program.mjs');
  await writeFile(file, text);
  return file;
};
const ready = `process.send({ listening: 'http://127.0.0.1:' + process.pid }); process.on('disconnect', () => process.exit()); setInterval(() => {}, 1000);`;

/** A supervised process, and what it announces, one after the other. */
const supervise = (file: string, env: Record<string, string> = {}) => {
  const announced: string[] = [];
  let wake: () => void = () => undefined;
  const supervised = new SupervisedProcess({
    name: 'spec',
    file,
    env: () => env,
    onMessage: (message) => {
      if ('listening' in message) announced.push(message.listening);
      wake();
    },
  });
  const announcement = async (number: number): Promise<string> => {
    while (announced.length < number) await new Promise<void>((resolve) => (wake = resolve));
    return announced[number - 1] ?? '';
  };
  return { supervised, announcement };
};

describe('a supervised process', () => {
  it('is started again when it is killed, and ends when it is stopped', async () => {
    const { supervised, announcement } = supervise(await program(ready));
    await supervised.start();
    const pid = supervised.pid ?? 0;
    expect(await announcement(1)).toBe(`http://127.0.0.1:${pid}`);
    process.kill(pid, 'SIGKILL');
    expect(await announcement(2)).not.toBe(await announcement(1));
    const second = supervised.pid ?? 0;
    await supervised.stop();
    expect(supervised.pid).toBeNull();
    expect(() => process.kill(second, 0)).toThrow('ESRCH');
  });

  it('that cannot start says so with its last line', async () => {
    const file = await program(`console.error('the folder is in use by process 7'); process.exit(1);`);
    await expect(supervise(file).supervised.start()).rejects.toThrow('in use by process 7');
  });

  it('does not outlive the process that started it', async () => {
    const pipe = "const { fork } = await import('node:child_process');";
    const child = await program(`console.log(String(process.pid)); ${ready}`);
    // The pipe closes only when the grandchild ends.
    const parent = await program(
      `${pipe} const child = fork(${JSON.stringify(child)}, { detached: true, stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
       child.on('message', () => process.exit(0)); setInterval(() => {}, 1000);`,
    );
    const output = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
    let said = '';
    for await (const chunk of output) said += String(chunk);
    expect(said).toMatch(/^\d+\n$/);
  });
});
