import type { MessageRecorded } from '@mo-ledger/messages';

export interface Rebuilt {
  readonly seconds: number;
  readonly rows: number;
}

/** An implementation that records messages and rebuilds one projection of them. */
export interface Contender {
  /** Records a message unless it is recorded already; resolves once it is durable. */
  record(message: MessageRecorded): Promise<void>;
  /** Builds the projection anew: how many rows, and in how many seconds. */
  rebuild(): Promise<Rebuilt>;
  close(): Promise<void>;
}
