import type { HealthReport, PartHealth } from '@mo-ledger/http';

/** A part that is waited for no longer than this is merely starting. */
const PATIENCE_MS = 1_000;
const FIRST_REPEAT_MS = 5_000;
const LONGEST_REPEAT_MS = 60_000;

/** Shows how a start goes: one line for each part that serves, and lines, ever more rarely, for each that is waited for. */
export class Progress {
  /** Resolves once every part serves. */
  readonly everythingServes: Promise<void>;
  #done: () => void = () => undefined;
  readonly #serving = new Set<string>();
  readonly #waiting = new Map<string, { detail: string; due: number; pause: number }>();

  constructor(
    private readonly print: (line: string) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.everythingServes = new Promise((resolve) => (this.#done = resolve));
  }

  /** Shows what is new in a report. */
  show({ ok, parts }: HealthReport): void {
    for (const part of parts) this.#showPart(part);
    if (ok) this.#done();
  }

  /** Prints a part once when it begins to serve; prints a part that does not serve only when its next reminder is due. */
  #showPart({ name, ok, detail = 'it does not serve yet' }: PartHealth): void {
    const now = this.clock();
    if (ok) {
      this.#waiting.delete(name);
      if (!this.#serving.has(name)) this.print(`${seconds(now)}  ${name} serves`);
      this.#serving.add(name);
      return;
    }
    this.#serving.delete(name);
    const last = this.#waiting.get(name) ?? { detail, due: now + PATIENCE_MS, pause: FIRST_REPEAT_MS };
    const pause = last.detail === detail ? last.pause : FIRST_REPEAT_MS;
    this.#waiting.set(name, { detail, due: last.due, pause });
    if (now < last.due) return;
    this.print(`${seconds(now)}  waiting for ${name}: ${detail}`);
    this.#waiting.set(name, { detail, due: now + pause, pause: Math.min(pause * 2, LONGEST_REPEAT_MS) });
  }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`.padStart(9);
