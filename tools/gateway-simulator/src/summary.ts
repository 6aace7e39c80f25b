import { kindOf, type Answer, type Delivery } from './gateway.js';

/** As wide as what stands above it. */
const LEAST_WIDTH = 6;

/** Counts what was answered, and what became of the posts. */
export class Summary {
  readonly #answers = new Map<string, number>();
  readonly #milliseconds: number[] = [];
  #deliveries = 0;
  #delivered = 0;
  #retried = 0;

  answered(answer: Answer): void {
    const kind = kindOf(answer);
    this.#answers.set(kind, (this.#answers.get(kind) ?? 0) + 1);
    if (answer.status !== null) this.#milliseconds.push(answer.milliseconds);
  }

  finished({ delivered, attempts }: Delivery): void {
    this.#deliveries++;
    if (delivered) this.#delivered++;
    if (attempts > 1) this.#retried++;
  }

  lines(seconds: number): readonly string[] {
    const sorted = this.#milliseconds.toSorted((a, b) => a - b);
    const percentile = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
    const answers = [...this.#answers].sort(([a], [b]) => a.localeCompare(b));
    const width = Math.max(LEAST_WIDTH, ...answers.map(([kind]) => kind.length + 3));
    return [
      `${this.#deliveries} posts in ${seconds.toFixed(1)} s (${Math.round(this.#deliveries / Math.max(seconds, 0.001))}/s)`,
      `  delivered      ${this.#delivered}${this.#retried ? `, ${this.#retried} of all after a retry` : ''}`,
      `  given up       ${this.#deliveries - this.#delivered}`,
      ...answers.map(([kind, count]) => `  answered ${kind.padEnd(width)}${count}`),
      `  milliseconds   p50 ${percentile(0.5)}, p99 ${percentile(0.99)}, most ${percentile(1)}`,
    ];
  }
}
