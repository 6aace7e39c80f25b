import { kindOf, type Answer } from './gateway.js';
import type { SimulatedPost } from './post.js';

/** Where posts go, for what a failure may come from. */
export interface Target {
  readonly url: string;
  readonly organization: string;
}

/** Tells of the first answer of each kind that a post should not have got: the schedule takes its time before it gives up. */
export class Failures {
  readonly #told = new Set<string>();

  constructor(
    private readonly target: Target,
    private readonly tell: (line: string) => void,
  ) {}

  answered(answer: Answer, { expected = 200 }: SimulatedPost): void {
    const kind = kindOf(answer);
    if (answer.status === expected || this.#told.has(kind)) return;
    this.#told.add(kind);
    const text = answer.text.trim();
    const hint = this.#hint(answer);
    this.tell([`${kind}:`, ...(text ? [text] : []), ...(hint ? [`(${hint})`] : [])].join(' '));
  }

  #hint({ status }: Answer): string {
    const { url, organization } = this.target;
    if (status === null) return `is there a ledger at ${url}? --url names another`;
    if (status === 404) return `is the organization "${organization}" provisioned? --organization names another`;
    if (status === 403) return 'may this machine post, see GATEWAY_SOURCES? has the URL a key? --key gives it';
    if (status === 503) return 'the ledger cannot record it now';
    return '';
  }
}
