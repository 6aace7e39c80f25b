/** What every event is made of: a wire type, unique in the repository, and a JSON payload. */
export interface AnyEvent {
  readonly type: string;
  readonly data: object;
}

/** An event's class, as the catalogue of a domain lists it. */
export interface EventClass<E extends AnyEvent = AnyEvent> {
  new (data: never): E;
  readonly type: E['type'];
  /** Names of the payload's personal fields (ARCHITECTURE.md, Personal data); nothing personal is anywhere else. */
  readonly personal: readonly string[];
}

/**
 * The base of an event class: `class VoteCast extends Event('VoteCast')<{ choice: string }> {}`.
 *
 * @param type the wire type; it equals the class's name, is unique in the repository and never changes its meaning
 * @param personal names of the payload's fields that are personal
 */
export function Event<T extends string>(type: T, personal: readonly string[] = []) {
  return class LedgerEvent<Data extends object> {
    static readonly type: T = type;
    static readonly personal = personal;
    readonly type: T = type;
    constructor(readonly data: Data) {}
  };
}

/** What accompanies an event; never personal. */
export interface EventMetadata {
  /** The message that it is all about (its ledger id), or the command's own id. */
  readonly $correlationId: string;
  /** The id of the event or command that led to this one. */
  readonly $causationId: string;
  /** The service that recorded it, for example `receiver`. */
  readonly recordedBy: string;
  readonly schemaVersion: number;
  /** Set on events that a keyword handler decided: what they belong to. */
  readonly code?: string;
  readonly program?: string;
  readonly handler?: string;
  readonly organization?: string;
  /** Set by the log where an append has several events: which one of how many this is, so that readers see all of an append or nothing. */
  readonly append?: { readonly index: number; readonly size: number };
}

/** An event as it stands in the log. */
export interface Recorded<E extends AnyEvent = AnyEvent> {
  readonly type: E['type'];
  readonly data: E['data'];
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  /** The commit position: strictly increasing over the whole log, not dense. */
  readonly position: bigint;
  /** When the store wrote it. */
  readonly created: Date;
  readonly metadata: EventMetadata;
}
