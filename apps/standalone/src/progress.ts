import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport, PartHealth } from '@mo-ledger/http';

const LOOK_EVERY_MS = 50;
/** A part that is waited for no longer than this is merely starting. */
const PATIENCE_MS = 1_000;
const FIRST_REPEAT_MS = 5_000;
const LONGEST_REPEAT_MS = 60_000;

/** Shows how a start goes: one line for each part that serves, and lines, ever more rarely, for each that is waited for. */
export class Progress {
  readonly #serving = new Set<string>();
  readonly #waiting = new Map<string, { detail: string; due: number; pause: number }>();

  constructor(
    private readonly print: (line: string) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Resolves once every part of `/health` is ok. */
  async untilEverythingServes(health: string): Promise<void> {
    for (;;) {
      const report = await reportOf(health);
      if (report) for (const part of report.parts) this.show(part);
      if (report?.ok) return;
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Shows a part that has begun to serve, and one that is still waited for where it is time to say so. */
  show({ name, ok, detail = 'it does not serve yet' }: PartHealth): void {
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

/** Null while nobody answers. With `fetch`, this small process would take a third more memory for as long as it runs. */
const reportOf = (url: string): Promise<HealthReport | null> =>
  new Promise((resolve) => {
    get(url, async (response) => {
      response.on('error', () => resolve(null));
      resolve(
        await json(response).then(
          (report) => report as HealthReport,
          () => null,
        ),
      );
    }).on('error', () => resolve(null));
  });

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`.padStart(9);
