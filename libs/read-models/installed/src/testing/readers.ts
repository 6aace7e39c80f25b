import { setTimeout as delay } from 'node:timers/promises';

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
}
/** Between two looks of a reader: what is read at the same time is to be seen, not how fast it can be. */
const PAUSE_MS = 40;
/** Enough to see what is wrong. */
const MOST_COMPLAINTS = 20;

/**
 * Readers who poll lists and single items all along, and complain of any answer but 200, of what was
 * there before and is not any more, and of a count that goes down.
 */
export class Readers {
  readonly complaints: string[] = [];
  #answers = 0;
  /** Messages that were seen, and those that were seen routed. */
  readonly #seen = new Set<string>();
  readonly #routed = new Set<string>();
  readonly #most = new Map<string, number>();

  constructor(
    private readonly url: string,
    private readonly code: string,
  ) {}

  /** How many answers they got. */
  get answers(): number {
    return this.#answers;
  }

  async read(signal: AbortSignal): Promise<void> {
    const readers = [
      () => this.#newest(),
      () => this.#all(signal),
      () => this.#one(),
      () => this.#summary(),
      () => this.#programs(),
      () => this.#consent(),
    ];
    await Promise.all(
      readers.map(async (look) => {
        while (!signal.aborted && this.complaints.length < MOST_COMPLAINTS) {
          await look();
          await delay(PAUSE_MS);
        }
      }),
    );
  }

  async #newest(): Promise<void> {
    for (const message of (await this.#get<Page>('/messages?limit=50'))?.items ?? []) this.#see(message);
  }

  /** Page after page: every message that was seen before is there. */
  async #all(signal: AbortSignal): Promise<void> {
    const [before, routed] = [new Set(this.#seen), new Set(this.#routed)];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page | null = await this.#get<Page>(`/messages?limit=200${cursor && `&cursor=${cursor}`}`);
      if (!page || signal.aborted) return;
      for (const message of page.items) {
        this.#see(message, routed);
        before.delete(String(message['id']));
      }
      cursor = page.next;
    }
    if (before.size > 0) this.#complain(`not in the list any more: ${[...before].slice(0, 5).join(', ')}`);
  }

  async #one(): Promise<void> {
    const ids = [...this.#seen];
    const id = ids[Math.floor(Math.random() * ids.length)];
    if (id === undefined) return void (await this.#newest());
    const routed = new Set(this.#routed.has(id) ? [id] : []);
    const message = await this.#get<Record<string, unknown>>(`/messages/${id}`);
    if (message) this.#see(message, routed);
  }

  async #summary(): Promise<void> {
    const summary = await this.#get<Page>('/audit/summary?by=code');
    if (summary) this.#counts('attempts', sum(summary.items.map((item) => Number(item['attempts']))));
  }

  async #programs(): Promise<void> {
    const program = (await this.#get<Page>('/programs'))?.items[0];
    if (!program) return;
    this.#counts('messages of the program', Number(program['messages']));
    this.#counts('participants', Number(program['participants']));
    this.#counts('votes', sum(Object.values(program['results'] as Record<string, number>)));
  }

  async #consent(): Promise<void> {
    const page = await this.#get<Page>(`/codes/${this.code}/subscribers?limit=200`);
    if (!page) return;
    this.#counts('subscribers', page.items.length);
    const device = page.items[0]?.['deviceAddress'];
    if (device !== undefined) await this.#get(`/codes/${this.code}/subscribers/${String(device)}`);
  }

  /** @param routed what was seen routed before this was asked for */
  #see(message: Record<string, unknown>, routed: ReadonlySet<string> = new Set()): void {
    const id = String(message['id']);
    const { outcome } = message['routing'] as { outcome: string };
    this.#seen.add(id);
    if (outcome === 'MATCHED') this.#routed.add(id);
    else if (routed.has(id)) this.#complain(`${id} was routed, and now is ${outcome}`);
  }

  #counts(what: string, count: number): void {
    const before = this.#most.get(what) ?? 0;
    if (!(count >= before)) this.#complain(`${what}: ${count} after ${before}`);
    this.#most.set(what, count);
  }

  async #get<T>(path: string): Promise<T | null> {
    const response = await fetch(this.url + path, { signal: AbortSignal.timeout(60_000) }).catch(
      (error: unknown) => error,
    );
    this.#answers++;
    if (response instanceof Response && response.status === 200) return (await response.json()) as T;
    const answer = response instanceof Response ? `${response.status} ${await response.text()}` : String(response);
    this.#complain(`${path} answered ${answer}`);
    return null;
  }

  #complain(what: string): void {
    this.complaints.push(what);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
