// What passes between the server's thread and the writer's. Numbers go in flat arrays and bytes in one buffer that
// is handed over, not copied: a batch of a thousand appends costs little more than one.
import type { ExpectedRevision } from './numbers.js';

export interface AppendCommand {
  kind: 'append';
  stream: string;
  expected: ExpectedRevision;
  events: number;
  /** Milliseconds since 1970; Infinity for none. */
  deadline: number;
}

export interface DeleteCommand {
  kind: 'delete' | 'tombstone';
  stream: string;
  expected: ExpectedRevision;
}

export type StreamCommand = AppendCommand | DeleteCommand;

/** Configuration and checkpoint of a persistent subscription; both go when it is deleted. */
export type SubscriptionCommand =
  | { kind: 'save-subscription'; key: string; configuration: string }
  | { kind: 'save-checkpoint'; key: string; checkpoint: string }
  | { kind: 'delete-subscription'; key: string };

export type Command = StreamCommand | SubscriptionCommand;

export interface WriteBatch {
  commands: Command[];
  /** For each event of the appends, in order: where its body starts in `bytes`, and the body's length. */
  layout: Uint32Array<ArrayBuffer>;
  /** The bodies, each with room for a stamp behind it. */
  bytes: ArrayBuffer;
}

/** How a command ended. The figures of a result mean: */
export const Outcome = {
  /** second: last revision of the append (−1: none), third: its position */
  done: 0,
  /** second: the stream's last revision */
  wrong: 1,
  deleted: 2,
  timeout: 3,
} as const;

export const RESULT_SIZE = 3;
export const WRITTEN_SIZE = 4;

export type WriteReply =
  | {
      ok: true;
      /**
       * {@link RESULT_SIZE} figures for each command, then {@link WRITTEN_SIZE} for each event that was written: offset,
       * length, position, revision.
       */
      figures: Float64Array<ArrayBuffer>;
      bytes: ArrayBuffer;
      /** Events that the store wrote by itself, if any; their offsets count from the end of `bytes`. */
      extra: Uint8Array | undefined;
      milliseconds: number;
    }
  | { ok: false; bytes: ArrayBuffer; message: string; diskFull: boolean };

/** The first message of the writer's thread. */
export type WriterReady = { ready: true; end: number } | { ready: false; message: string };
