import { Repository, WrongExpectedRevision, type EventLog, type LedgerKey } from '@mo-ledger/event-sourcing';
import type { Gateway } from './gateway.js';
import { Message } from './message.aggregate.js';
import type { MessageEvent } from './message.events.js';
import type { PostRecorder, RecordedPost } from './post-recorder.js';
import { QuarantineItem, type QuarantineEvent } from './quarantine-item.aggregate.js';

/** There is nothing of that id. */
export class LedgerIdUnknown extends Error {
  readonly code = 'LEDGER_ID_UNKNOWN';
  constructor(kind: 'message' | 'quarantined post', ledgerId: string) {
    super(`there is no ${kind} ${ledgerId}`);
  }
}

/** What an operator did: the command's own id and its time (ISO 8601 UTC). */
export interface Operation {
  readonly commandId: string;
  readonly at: string;
}

/**
 * Looks at how a message was routed before it is routed once more. Answers the position of a request that is under way, which a
 * repeat leaves alone, or null; throws where the message may not be routed again.
 */
export type RerouteCheck = (ledgerId: string) => Promise<bigint | null>;

const MOST_LOST_RACES = 50;

/** What operators do to messages and quarantined posts. */
export class MessageOperations {
  readonly #messages: Repository<Message['state'], MessageEvent, Message>;
  readonly #quarantine: Repository<QuarantineItem['state'], QuarantineEvent, QuarantineItem>;

  /**
   * @param gateways those whose posts may be in quarantine
   * @param mayReroute a message does not know how it was routed: whoever does says whether it may be routed again
   */
  constructor(
    log: EventLog,
    private readonly key: LedgerKey,
    private readonly recorder: PostRecorder,
    private readonly gateways: readonly Gateway[],
    private readonly recordedBy: string,
    private readonly mayReroute: RerouteCheck = () => Promise.resolve(null),
  ) {
    this.#messages = new Repository(log, 'message', () => new Message());
    this.#quarantine = new Repository(log, 'quarantine', () => new QuarantineItem());
  }

  /**
   * Asks for a message to be routed once more, at this point of the log. Answers the position of the request, or of one that is
   * under way. Two who ask at the same time are one request: the later append loses the race, and its check sees the earlier.
   * Throws LedgerIdUnknown, and what `mayReroute` throws.
   */
  async requestReroute(ledgerId: string, applyConsent: boolean, operation: Operation): Promise<bigint> {
    const eventId = () => this.key.uuid('reroute', ledgerId, operation.commandId);
    for (let lost = 0; ; lost++) {
      const message = await this.#messages.load(ledgerId);
      if (!message.state.recorded) throw new LedgerIdUnknown('message', ledgerId);
      const underWay = await this.mayReroute(ledgerId);
      if (underWay !== null) return underWay;
      message.requestReroute({ ledgerId, applyConsent, requestedAt: operation.at });
      try {
        const { position } = await this.#messages.save(ledgerId, message, this.#context(ledgerId, operation, eventId));
        return position ?? 0n;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || lost >= MOST_LOST_RACES) throw error;
      }
    }
  }

  /**
   * Reads a quarantined post again with today's rules. What it turns out to be is recorded like any delivery, as received when and
   * where it was; its history stays. Once it has left quarantine a repeat changes nothing. Answers the position of the last change.
   * Throws LedgerIdUnknown.
   */
  async reprocess(ledgerId: string, operation: Operation): Promise<bigint> {
    const item = await this.#quarantine.load(ledgerId);
    const { quarantined, reprocessed } = item.state;
    if (!quarantined) throw new LedgerIdUnknown('quarantined post', ledgerId);
    if (reprocessed?.becameLedgerId) return item.position ?? 0n;

    const { organization, gateway: name, attempt } = quarantined;
    const gateway = this.gateways.find((candidate) => candidate.name === name);
    if (!gateway) throw new Error(`the gateway ${name} is not installed`);
    const post = gateway.read(Buffer.from(attempt.raw.base64, 'base64'), attempt.raw.contentType);
    let became: RecordedPost | null = null;
    if (post.kind !== 'QUARANTINED') {
      // One attempt id for ever: should we be stopped before the next append, the repeat finds what was recorded.
      const again = { ...attempt, attemptId: this.key.uuid('reprocessed attempt', ledgerId) };
      became = await this.recorder.record({ organization, gateway: name, post, attempt: again, mayBeRecorded: true });
    }
    const result = {
      ...{ ledgerId, reprocessedAt: operation.at, becameLedgerId: became?.ledgerId ?? null },
      becameKind: post.kind === 'QUARANTINED' ? null : post.kind,
      reason: post.kind === 'QUARANTINED' ? post.reason : null,
    };
    const { position } = await this.#quarantine.execute(
      ledgerId,
      (aggregate) => aggregate.reprocess(result),
      this.#context(ledgerId, operation, () =>
        this.key.uuid('reprocessed', ledgerId, result.becameLedgerId, result.reason),
      ),
    );
    return position ?? 0n;
  }

  #context(ledgerId: string, { commandId }: Operation, eventId: () => string) {
    const { recordedBy } = this;
    return { eventId, metadata: { $correlationId: ledgerId, $causationId: commandId, recordedBy, schemaVersion: 1 } };
  }
}
