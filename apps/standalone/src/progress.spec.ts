import { Progress } from './progress.js';

describe('the progress of a start', () => {
  let now: number;
  let lines: string[];
  let progress: Progress;
  beforeEach(() => {
    now = 0;
    lines = [];
    progress = new Progress(
      (line) => lines.push(line.trim()),
      () => now,
    );
  });
  const at = (ms: number, detail: string) => {
    now = ms;
    progress.show({ ok: false, parts: [{ name: 'PostgreSQL', ok: false, detail }] });
  };

  it('tells once of each part that serves', () => {
    now = 1_240;
    progress.show({ ok: true, parts: [{ name: 'front', ok: true }] });
    progress.show({ ok: true, parts: [{ name: 'front', ok: true }] });
    expect(lines).toEqual(['1.2 s  front serves']);
  });

  it('says nothing of a part that is merely starting', () => {
    at(0, 'it is starting');
    at(900, 'it is starting');
    now = 950;
    progress.show({ ok: true, parts: [{ name: 'PostgreSQL', ok: true }] });
    expect(lines).toEqual(['0.9 s  PostgreSQL serves']);
  });

  it('names what it waits for, and repeats it ever more rarely', () => {
    for (let ms = 0; ms <= 60_000; ms += 100) at(ms, 'connect ECONNREFUSED');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['1.0', '6.0', '16.0', '36.0']);
    expect(lines[0]).toBe('1.0 s  waiting for PostgreSQL: connect ECONNREFUSED');
  });

  it('does not repeat itself less often where the reason changes', () => {
    for (let ms = 0; ms <= 16_000; ms += 100) at(ms, `messages ${ms / 100} %`);
    expect(lines).toHaveLength(4);
  });
});
