import { Aggregate } from '@mo-ledger/event-sourcing';
import { PostQuarantined, QuarantinedPostRedelivered, QuarantinedPostReprocessed } from './message.events.js';
import type { QuarantinedPost } from './post.js';
import { repeatOf, type Delivered } from './repeat.js';

export type QuarantineEvent = PostQuarantined | QuarantinedPostRedelivered | QuarantinedPostReprocessed;

interface QuarantineState {
  /** The first delivery; null where the post is not known. */
  readonly quarantined: PostQuarantined['data'] | null;
  /** The last time that it was read again. */
  readonly reprocessed: QuarantinedPostReprocessed['data'] | null;
}

/** A post that could not be read, kept as it came until the rules can read it. */
export class QuarantineItem extends Aggregate<QuarantineState, QuarantineEvent> {
  constructor() {
    super({ quarantined: null, reprocessed: null }, evolve);
  }

  deliver(post: QuarantinedPost, delivered: Delivered): 'QUARANTINED' | 'DUPLICATE' {
    if (this.state.quarantined) {
      this.record(new QuarantinedPostRedelivered(repeatOf(post, delivered)));
      return 'DUPLICATE';
    }
    this.record(new PostQuarantined({ ...post, ...delivered }));
    return 'QUARANTINED';
  }

  /** Today's rules read it as this. Whatever is known already changes nothing: it left quarantine, or stays for the same reason. */
  reprocess(result: QuarantinedPostReprocessed['data']): void {
    const { reprocessed } = this.state;
    if (reprocessed?.becameLedgerId) return;
    if (reprocessed && !result.becameLedgerId && reprocessed.reason === result.reason) return;
    this.record(new QuarantinedPostReprocessed(result));
  }
}

function evolve(state: QuarantineState, event: QuarantineEvent): QuarantineState {
  switch (event.type) {
    case 'PostQuarantined':
      return { ...state, quarantined: event.data };
    case 'QuarantinedPostRedelivered':
      return state;
    case 'QuarantinedPostReprocessed':
      return { ...state, reprocessed: event.data };
  }
}
