import { Writable } from 'node:stream';
import { mo } from '../mo.js';
import type { Surroundings } from '../session.js';

class Screen extends Writable {
  text = '';
  constructor(readonly isTTY: boolean) {
    super({ decodeStrings: false });
  }
  override _write(text: string, _encoding: unknown, done: () => void): void {
    this.text += text;
    done();
  }
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line (arguments without spaces) against a ledger, and gives what it printed. It waits for nothing between two looks. */
export async function runMo(
  line: string,
  url: string,
  { isTTY = false, ...given }: Partial<Surroundings> & { readonly isTTY?: boolean } = {},
): Promise<Ran> {
  const [out, err] = [new Screen(isTTY), new Screen(isTTY)];
  const code = await mo(line.split(' ').filter(Boolean), {
    ...{ out, err, env: { LEDGER_URL: url }, pause: async () => undefined },
    ...given,
  });
  return { code, out: out.text, err: err.text };
}
