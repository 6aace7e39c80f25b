import { parseArgs } from 'node:util';

export interface Option {
  readonly default: string;
  /** The value with `--quick`: small enough to see within a minute that the benchmark works. */
  readonly quick?: string;
  readonly meaning: string;
}
export type Options = Readonly<Record<string, Option>>;

/** The values of a benchmark's options. */
export class Given {
  constructor(
    private readonly options: Options,
    private readonly values: Readonly<Record<string, string | undefined>>,
    private readonly quick: boolean,
  ) {}

  /** Throws for a name that is no option of the benchmark. */
  text(name: string): string {
    const option = this.options[name];
    if (!option) throw new Error(`there is no option --${name}`);
    return this.values[name] ?? (this.quick ? option.quick : undefined) ?? option.default;
  }

  /** Throws where the value is no number. */
  number(name: string): number {
    const value = Number(this.text(name));
    if (!Number.isFinite(value)) throw new Error(`--${name} is a number, not ${this.text(name)}`);
    return value;
  }

  /** Parts separated by commas; of an empty value none. */
  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .filter((part) => part !== '');
  }
}

/** The arguments of `npm run bench`. */
export interface CommandLine {
  /** Null: all benchmarks in turn. */
  readonly names: readonly string[] | null;
  readonly list: boolean;
  readonly help: boolean;
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly keep: string | undefined;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** @throws Error for an option that none of the benchmarks has */
export function readCommandLine(
  args: readonly string[],
  all: readonly { name: string; options: Options }[],
): CommandLine {
  const [first] = args;
  const names = first === undefined || first.startsWith('-') ? null : first.split(',');
  const known = all
    .filter((bench) => names?.includes(bench.name) ?? true)
    .flatMap(({ options }) => Object.keys(options));
  const { values } = parseArgs({
    args: args.slice(names ? 1 : 0),
    options: {
      ...Object.fromEntries(known.map((option) => [option, { type: 'string' as const }])),
      json: { type: 'string' },
      keep: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
    },
  });
  const { json, keep, list = false, help = false, quick = false, ...rest } = values;
  return { names, list, help, quick, json, keep, values: rest as Record<string, string | undefined> };
}
