import { LRUCache } from 'lru-cache';
import { CODE_EVENTS, evolveCode, initialCode, type CodeEvent, type CodeState } from '@mo-ledger/codes';
import type { EventLog, Recorded } from '@mo-ledger/event-sourcing';

/** A code as it was at one point of the log. */
export interface CodeAt {
  readonly state: CodeState;
  /** Null where nobody provisioned the code. */
  readonly revision: bigint | null;
}

const CODE_TYPES = new Set<string>(CODE_EVENTS.map(({ type }) => type));
export const isCodeEvent = (event: Recorded): boolean => CODE_TYPES.has(event.type);

const weigh = ({ state }: CodeAt): number => 1 + state.programs.size;

/**
 * The codes that messages are sent to, each as of the position that the router has reached: read from its stream on first use, kept
 * current by the router's own subscription. Bounded by the number of codes and programs in it (`most`).
 */
export class CodeCache {
  readonly #codes: LRUCache<string, CodeAt>;

  constructor(
    private readonly log: Pick<EventLog, 'readStream'>,
    most: number,
  ) {
    // An entry that is larger than the whole cache is still kept, alone.
    this.#codes = new LRUCache({ maxSize: most, sizeCalculation: (code) => Math.min(most, weigh(code)) });
  }

  /** The code as its cached state has it; undefined where it has to be loaded. */
  get(code: string): CodeAt | undefined {
    return this.#codes.get(code);
  }

  /** Reads a code as it was before `position`; throws where the store does not answer. */
  async load(code: string, position: bigint): Promise<CodeAt> {
    let state = initialCode;
    let revision: bigint | null = null;
    for await (const event of this.log.readStream(`code-${code}`)) {
      if (event.position >= position) break;
      state = evolveCode(state, event as unknown as CodeEvent);
      revision = event.revision;
    }
    const loaded = { state, revision };
    this.#codes.set(code, loaded);
    return loaded;
  }

  /** Brings in an event of the subscription. */
  apply(event: Recorded): void {
    const { code } = event.data as CodeEvent['data'];
    const cached = this.#codes.get(code);
    if (!cached || event.revision <= (cached.revision ?? -1n)) return;
    const state = evolveCode(cached.state, event as unknown as CodeEvent);
    this.#codes.set(code, { state, revision: event.revision });
  }
}
