import { Linter } from 'eslint';

/** What the rule says of the code of a test. */
async function complaints(code: string, file = 'libs/routing/src/x.spec.ts'): Promise<string[]> {
  const { href } = new URL('../eslint-no-chance.js', import.meta.url);
  const { default: noChance } = (await import(href)) as { default: Linter.Config };
  return new Linter().verify(code, [noChance], { filename: file }).map(({ message }) => message);
}

describe('a test', () => {
  it.each([
    "import { setTimeout as delay } from 'node:timers/promises';",
    "import { setTimeout } from 'timers';",
    'await new Promise((resolve) => setTimeout(resolve, 50));',
    'globalThis.setInterval(look, 5);',
  ])('may not wait for time: %s', async (code) => {
    expect(await complaints(code)).toEqual([expect.stringContaining('never for time')]);
  });

  it.each(['const begun = performance.now();', 'expect(Date.now() - begun).toBeLessThan(100);'])(
    'may not measure time: %s',
    async (code) => {
      expect(await complaints(code)).toEqual([expect.stringContaining('does not measure time')]);
    },
  );

  it.each([
    'jest.setTimeout(100);',
    "it('is quick', () => undefined, 5_000);",
    "it.each([1, 2])('is quick', () => undefined, 5_000);",
    'beforeAll(start, 60_000);',
  ])('has no time-out of its own: %s', async (code) => {
    expect(await complaints(code)).toEqual([expect.stringContaining('time-out')]);
  });

  it('may do so for a reason that it states', async () => {
    const disable = '// eslint-disable-next-line mo-ledger/no-chance';
    const code = 'setTimeout(look, 5);';
    expect(await complaints(`${disable} -- The polling is what is tested.\n${code}`)).toEqual([]);
    expect(await complaints(`${disable}\n${code}`)).toEqual([expect.stringContaining('Say after "--"')]);
  });

  it('may wait for what happens', async () => {
    expect(await complaints("await new Promise((resolve) => stream.once('data', resolve));")).toEqual([]);
    expect(await complaints("it('waits', async () => (await reached(5)));")).toEqual([]);
  });

  it('is a spec or a fault test; other code may wait', async () => {
    expect(await complaints('setTimeout(look, 5);', 'libs/routing/src/x.faults.ts')).toHaveLength(1);
    expect(await complaints('setTimeout(look, 5);', 'libs/routing/src/retry.js')).toEqual([]);
  });
});
