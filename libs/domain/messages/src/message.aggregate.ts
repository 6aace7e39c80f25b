import { Aggregate } from '@mo-ledger/event-sourcing';
import { contentOf } from './content.js';
import {
  ConflictingDuplicateRecorded,
  MessageRecorded,
  MessageRedelivered,
  MessageRerouteRequested,
  type MessageEvent,
} from './message.events.js';
import type { MessagePost } from './post.js';
import { repeatOf, type Delivered } from './repeat.js';

interface MessageState {
  /** The first delivery; null where the message is not known. */
  readonly recorded: MessageRecorded['data'] | null;
  /** When it was delivered last, ISO 8601 UTC. */
  readonly lastAttemptAt: string | null;
}

/** One message of a phone, delivered once or more often. */
export class Message extends Aggregate<MessageState, MessageEvent> {
  constructor() {
    super({ recorded: null, lastAttemptAt: null }, evolve);
  }

  /** A delivery: the first is recorded and wins; what comes later is the same again, or in conflict with it. */
  deliver(post: MessagePost, delivered: Delivered): 'RECORDED' | 'DUPLICATE' | 'CONFLICT' {
    const { recorded } = this.state;
    if (!recorded) {
      this.record(new MessageRecorded({ ...post, ...delivered }));
      return 'RECORDED';
    }
    if (contentOf(recorded) === contentOf(post)) {
      this.record(new MessageRedelivered(repeatOf(post, delivered)));
      return 'DUPLICATE';
    }
    this.record(new ConflictingDuplicateRecorded({ ...post, ...delivered }));
    return 'CONFLICT';
  }

  /** Whether the gateway has given up on this message by then: where it has no id, the same text is then a new message. */
  isOver(at: string, retryWindowMs: number): boolean {
    const { lastAttemptAt } = this.state;
    return lastAttemptAt !== null && Date.parse(at) - Date.parse(lastAttemptAt) >= retryWindowMs;
  }

  /** An operator wants it routed once more. */
  requestReroute(request: MessageRerouteRequested['data']): void {
    this.record(new MessageRerouteRequested(request));
  }
}

function evolve(state: MessageState, event: MessageEvent): MessageState {
  switch (event.type) {
    case 'MessageRecorded':
      return { recorded: event.data, lastAttemptAt: event.data.attempt.receivedAt };
    case 'MessageRedelivered':
    case 'ConflictingDuplicateRecorded':
      return { ...state, lastAttemptAt: event.data.attempt.receivedAt };
    case 'MessageRerouteRequested':
      return state;
  }
}
