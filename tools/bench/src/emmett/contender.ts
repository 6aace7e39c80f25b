import type { MessageRecorded } from '@mo-ledger/messages';

export interface Rebuilt {
  readonly seconds: number;
  readonly rows: number;
}

/** Somebody who records messages and rebuilds one projection of them. */
export interface Contender {
  /** Records a message if it is not there yet; resolves once it is durable. */
  record(message: MessageRecorded): Promise<void>;
  /** Builds the projection anew; rows in its table afterwards, and how long it took. */
  rebuild(): Promise<Rebuilt>;
  close(): Promise<void>;
}
