/** The ledger said no; the message is what it said. */
export class LedgerRefused extends Error {
  readonly code = 'LEDGER_REFUSED';
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** Nothing answered that is a ledger. */
export class LedgerAway extends Error {
  readonly code = 'LEDGER_AWAY';
}

export interface Answered<T> {
  readonly body: T;
  /** `Ledger-Position`: what a read has to show to show this. */
  readonly position: string | null;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const LONGEST_MS = 30_000;

/** The path of something that is named: `path` + `/projections/${name}` with the name encoded. */
export const path = (strings: TemplateStringsArray, ...names: readonly string[]): string =>
  String.raw({ raw: strings }, ...names.map(encodeURIComponent));

/** A ledger at a URL. Every call throws LedgerRefused or LedgerAway. */
export class Ledger {
  readonly url: string;

  constructor(
    url: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly signal: AbortSignal,
  ) {
    this.url = url.replace(/\/+$/, '');
  }

  /** @param after a Ledger-Position that the answer has to show */
  async get<T>(path: string, query: Query = {}, after: string | null = null): Promise<T> {
    const headers = after === null ? {} : { 'ledger-after': after };
    return (await this.#json<T>(path + queryString(query), { method: 'GET', headers })).body;
  }

  post<T>(path: string, body?: object): Promise<Answered<T>> {
    return this.#json<T>(path, { method: 'POST', ...(body ? { body } : {}) });
  }

  /** A list, page after page, up to so many items; `next` is null where there are no more. */
  async list<Item>(path: string, query: Query, most = Infinity): Promise<{ items: Item[]; next: string | null }> {
    const items: Item[] = [];
    let cursor: string | null = null;
    do {
      const limit = most === Infinity ? 1_000 : Math.min(1_000, most - items.length);
      const page: { items: Item[]; next: string | null } = await this.get(path, {
        ...query,
        limit: String(limit),
        ...(cursor === null ? {} : { cursor }),
      });
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && items.length < most);
    return { items, next: cursor };
  }

  /** The text of an answer that goes on, as it comes; ends where the ledger ends it. */
  async *stream(path: string, query: Query, headers: Readonly<Record<string, string>>): AsyncGenerator<string, void> {
    const answer = await this.#answer(path + queryString(query), { method: 'GET', headers }, this.signal);
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body ?? []) yield decoder.decode(chunk as Uint8Array, { stream: true });
    } catch (error) {
      throw this.#away(error);
    }
  }

  async #json<T>(path: string, call: Call): Promise<Answered<T>> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(LONGEST_MS)]);
    const answer = await this.#answer(path, call, signal);
    const text = await answer.text().catch((error: unknown) => {
      throw this.#away(error);
    });
    try {
      return { body: JSON.parse(text) as T, position: answer.headers.get('ledger-position') };
    } catch {
      throw new LedgerAway(`what answers at ${this.url} is no ledger`);
    }
  }

  async #answer(path: string, { method, body, headers }: Call, signal: AbortSignal): Promise<Response> {
    const answer = await this.fetch(this.url + path, {
      ...{ method, signal },
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw this.#away(error);
    });
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => null)) as { detail?: unknown; title?: unknown } | null;
    const detail = [problem?.detail, problem?.title].find((text) => typeof text === 'string');
    if (detail === undefined)
      throw new LedgerAway(`what answers at ${this.url} is no ledger (it said ${answer.status})`);
    throw new LedgerRefused(answer.status, String(detail));
  }

  #away(error: unknown): Error {
    const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why =
      name === 'TimeoutError' ? `no answer within ${LONGEST_MS / 1_000} s` : (cause?.code ?? cause?.message ?? message);
    return new LedgerAway(`no ledger answers at ${this.url} (${why}); --url or LEDGER_URL says where it is`);
  }
}

type Query = Readonly<Record<string, string | undefined>>;

const queryString = (query: Query): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, value);
  return given.size > 0 ? `?${given}` : '';
};
