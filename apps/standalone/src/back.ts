import type { HealthReport, PartHealth, ServiceDescription } from '@mo-ledger/http';

const ANSWER_MS = 2_000;
const STARTING: PartHealth = { name: 'back', ok: false, detail: 'it is starting' };

/** The back as the front sees it: over HTTP, and away whenever it is just being started again. */
export class Back {
  /** Where it listens; null before it has said so for the first time. */
  url: string | null = null;
  #description: ServiceDescription | null = null;

  /** The description of its API; null until `describe` has got it. */
  get description(): ServiceDescription | null {
    return this.#description;
  }

  /** Gets the description of its API, once. */
  async describe(): Promise<void> {
    this.#description ??= await this.#get(
      '/openapi.json',
      (response) => response.json() as Promise<ServiceDescription>,
    );
  }

  /** Its parts; the back alone, as not ok, where it does not answer. */
  async health(): Promise<readonly PartHealth[]> {
    const report = await this.#get('/health', (response) => response.json() as Promise<HealthReport>);
    return report?.parts ?? [STARTING];
  }

  /** Its figures in Prometheus' text format; none where it does not answer. */
  async metrics(): Promise<string> {
    return (await this.#get('/metrics', (response) => response.text())) ?? '';
  }

  async #get<T>(path: string, read: (response: Response) => Promise<T>): Promise<T | null> {
    if (this.url === null) return null;
    try {
      return await read(await fetch(this.url + path, { signal: AbortSignal.timeout(ANSWER_MS) }));
    } catch {
      return null;
    }
  }
}
