import type { AnyEvent, EventClass } from '@mo-ledger/event-sourcing';
import type { ParsedSettings } from './handler-settings.js';
import type { JsonSchema } from './settings-schema.js';

/** What a handler gets to know of a message: nothing of it is personal but the text, and nothing comes from a clock or from I/O. */
export interface KeywordMessage {
  /** The keyword that matched, as the operator wrote it; '' where the program took the message as the code's catch-all. */
  readonly keyword: string;
  readonly match: 'FIRST' | 'ONLY' | 'CATCH_ALL';
  /** The words after the keyword as they were typed (GATEWAY.md, Matching). */
  readonly args: readonly string[];
  /** The whole text that matched. */
  readonly text: string;
  /** When the message was received, ISO 8601 UTC: the only time there is. */
  readonly receivedAt: string;
  /** Our id of the message: 32 hex digits that nobody can guess beforehand, the same at each repeat. A fair source of chance. */
  readonly ledgerId: string;
  /** The gateway's id, or null. */
  readonly messageId: string | null;
  readonly carrier: string | null;
  readonly channel: string | null;
}

/** The program that took the message. */
export interface HandledProgram<Settings = unknown> {
  readonly code: string;
  /** Its id, unique on its code. */
  readonly program: string;
  readonly organization: string;
  readonly settings: Settings;
}

/**
 * What a handler returns to ask that the sender becomes a participant of the program. Consent is the core's: it decides whether
 * that becomes a `ProgramJoined` (GATEWAY.md, Consent). The definition says `enrols: true`.
 */
export const enrol = Object.freeze({ enrol: true as const });
export type Enrol = typeof enrol;

/** One thing that a handler decided: an event of its own, or to enrol the sender. */
export type Decision = AnyEvent | Enrol;

export const isEnrol = (decision: Decision): decision is Enrol => decision === enrol;

/** A handler's results: a fold over the events of one program, kept by a read model and rebuilt like any other. */
export interface AnyResults {
  initial(): unknown;
  /** The event types that change the results. */
  readonly types: readonly string[];
  /** The results after an event; unchanged for a type that is not among `types`. */
  fold(tally: unknown, event: AnyEvent): unknown;
}

/** A keyword handler as the core sees it, whatever its types (`defineKeywordHandler` makes it). */
export interface AnyKeywordHandler {
  /** What a program names as its `handler`: `[a-z][a-z0-9-]*`, at most 64 characters. */
  readonly name: string;
  /** One sentence for `GET /handlers`. */
  readonly description: string;
  /** Whether it may ask for the sender to be enrolled. */
  readonly enrols: boolean;
  readonly events: readonly EventClass[];
  readonly results: AnyResults | null;
  /** Of the settings, as `GET /handlers` publishes it. */
  readonly settingsSchema: JsonSchema;
  /** Validates a program's settings; a value is plain JSON with the defaults filled in: what the log keeps. */
  parseSettings(raw: unknown): ParsedSettings;
  /** What a subscriber's state is before the program's first event. */
  initialState(): unknown;
  /**
   * Pure. `program.settings` are as the log has them.
   * Throws what the handler throws, and where it returns an event that is not its own or where the settings do not fit it any more.
   */
  decide(message: KeywordMessage, state: unknown, program: HandledProgram): readonly Decision[];
  /** Pure; an event that the handler does not fold leaves the state as it is. */
  evolve(state: unknown, event: AnyEvent): unknown;
}

/** A keyword handler with its types, for its own spec. */
export interface KeywordHandler<
  E extends AnyEvent = AnyEvent,
  State = unknown,
  Settings = unknown,
  Tally = unknown,
> extends AnyKeywordHandler {
  readonly results: Results<E, Tally> | null;
  initialState(): State;
  decide(message: KeywordMessage, state: State, program: HandledProgram<Settings>): readonly Decision[];
  evolve(state: State, event: E): State;
}

export interface Results<E extends AnyEvent, Tally> extends AnyResults {
  initial(): Tally;
  fold(tally: Tally, event: E): Tally;
}
