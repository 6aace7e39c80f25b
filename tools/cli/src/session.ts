import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { LedgerAway, LedgerRefused, type Ledger } from './ledger.js';
import { printable, printableJson } from './printable.js';
import { noProgress, progressBar, progressLines, type Output, type Progress } from './progress.js';
import { table, type Column, type Paper, type Tone } from './table.js';

/** What a command runs in; a spec gives its own. */
export interface Surroundings {
  /** What was asked for. */
  readonly out: Output;
  /** Progress and complaints. */
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  /** Waits between two looks at the ledger; resolves early where the signal aborts. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Ends what is waited for, as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** API.md, Commands: 0, and what else a command may end with. */
export const EXIT = { OK: 0, BAD: 1, REFUSED: 2, INTERRUPTED: 130 } as const;

/** Somebody pressed Ctrl-C; what was begun goes on in the ledger. */
export class Interrupted extends Error {
  readonly code = 'INTERRUPTED';
}

const PAPER_COLUMNS = 100;
const LOOK_MS = 500;
/** How often in a row the ledger may be away while something is waited for: a minute, for one that is started again. */
const MOST_FAILED_LOOKS = 120;

const STYLES: Readonly<Record<Tone, 'green' | 'yellow' | 'red'>> = { good: 'green', busy: 'yellow', bad: 'red' };

/** One run of one command: a ledger, and a screen to show its answers on. */
export class Session {
  constructor(
    readonly ledger: Ledger,
    /** For scripts: what was asked for is JSON on `out`, and there is nothing else. */
    readonly json: boolean,
    private readonly surroundings: Surroundings,
  ) {}

  get signal(): AbortSignal {
    return this.surroundings.signal;
  }

  /** How wide a line may be. */
  get columns(): number {
    return Math.min(this.surroundings.out.columns ?? PAPER_COLUMNS, PAPER_COLUMNS);
  }

  /** For people: a line, whatever words of somebody else are in it. Nothing with `--json`. */
  line(text = ''): void {
    this.#write(printable(text));
  }

  /** For scripts: the answer. Nothing without `--json`. */
  value(value: unknown, indent: number | undefined = 2): void {
    if (this.json) this.surroundings.out.write(`${printableJson(value, indent)}\n`);
  }

  /** For people: a table, or a sentence where it would have no rows. */
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], none: string): void {
    if (rows.length === 0) return this.line(none);
    for (const line of table(columns, rows, this.#paper)) this.#write(line);
  }

  /** A complaint, on one line. */
  complain(text: string): void {
    this.surroundings.err.write(complaint(text));
  }

  progress(name: string): Progress {
    if (this.json) return noProgress;
    const { err } = this.surroundings;
    return err.isTTY ? progressBar(err, name) : progressLines(err, name);
  }

  /** Waits a moment. Throws Interrupted. */
  async pause(): Promise<void> {
    await this.surroundings.pause(LOOK_MS, this.signal);
    if (this.signal.aborted) throw new Interrupted();
  }

  /**
   * Looks again and again, until what was seen decides something: undefined looks once more. A ledger that is away for a moment, since
   * it is started again, is waited for while `patient` says so. Throws Interrupted.
   */
  async until<Seen, Decision>(
    look: () => Promise<Seen>,
    decide: (seen: Seen) => Decision | undefined,
    patient: () => boolean = () => true,
  ): Promise<Decision> {
    for (let failed = 0; ; await this.pause()) {
      try {
        const decision = decide(await look());
        if (decision !== undefined) return decision;
        failed = 0;
      } catch (error) {
        if (this.signal.aborted) throw new Interrupted();
        if (!patient() || !isPassing(error) || ++failed > MOST_FAILED_LOOKS) throw error;
      }
    }
  }

  #write(line: string): void {
    if (!this.json) this.surroundings.out.write(`${line}\n`);
  }

  get #paper(): Paper {
    const { out, env } = this.surroundings;
    const colourful = out.isTTY === true && !env['NO_COLOR'];
    return {
      columns: this.columns,
      paint: (text, tone) => (colourful ? styleText(STYLES[tone], text, { validateStream: false }) : text),
    };
  }
}

/** As commander writes its own. */
export const complaint = (text: string): string => `error: ${printable(text)}\n`;

const isPassing = (error: unknown): boolean =>
  error instanceof LedgerAway || (error instanceof LedgerRefused && error.status >= 502 && error.status <= 504);

/** Of the process that was started. */
export const ofThisProcess = (signal: AbortSignal): Surroundings => ({
  ...{ out: process.stdout, err: process.stderr, env: process.env, fetch: globalThis.fetch, signal },
  pause: (milliseconds, ended) => delay(milliseconds, undefined, { signal: ended }).catch(() => undefined),
});

/** A command as somebody would type it. */
export const typed = (command: string): string => `npm run mo -- ${command}`;
