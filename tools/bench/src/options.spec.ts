import { Given, readCommandLine } from './options.js';

const options = {
  seconds: { default: '20', quick: '3', meaning: 'of each load' },
  parts: { default: 'burst,latency', meaning: 'which of them' },
};
const benches = [
  { name: 'ingest', options },
  { name: 'scale', options: { sizes: { default: '1', meaning: 'events' } } },
];

describe('the command line', () => {
  it('names benchmarks, or none for all of them', () => {
    expect(readCommandLine(['ingest,scale'], benches)).toMatchObject({ names: ['ingest', 'scale'] });
    expect(readCommandLine(['ingest', '--seconds', '1'], benches)).toMatchObject({
      names: ['ingest'],
      values: { seconds: '1' },
    });
    expect(readCommandLine(['--json', 'all.json'], benches)).toMatchObject({ names: null, json: 'all.json' });
  });

  it('takes the options of every benchmark where all of them run', () => {
    const { values } = readCommandLine(['--seconds', '1', '--sizes', '2'], benches);
    expect(values).toEqual({ seconds: '1', sizes: '2' });
  });

  it('refuses an option that the benchmark does not have', () => {
    expect(() => readCommandLine(['ingest', '--sizes', '2'], benches)).toThrow(/--sizes/);
  });
});

describe('what is given', () => {
  it('is the value, else the small one where everything is to be small, else the default', () => {
    expect(new Given(options, { seconds: '1' }, true).number('seconds')).toBe(1);
    expect(new Given(options, {}, true).number('seconds')).toBe(3);
    expect(new Given(options, {}, false).number('seconds')).toBe(20);
    expect(new Given(options, {}, true).list('parts')).toEqual(['burst', 'latency']);
  });

  it('has to be a number where one is wanted', () => {
    expect(() => new Given(options, { seconds: 'long' }, false).number('seconds')).toThrow('--seconds is a number');
  });
});
