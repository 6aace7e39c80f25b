import type { Outgoing } from '../server/outgoing.js';
import { eventMessage } from '../streams/messages.js';
import type { Message } from './message.js';

export interface ConsumerOptions {
  /** The most in flight. */
  bufferSize: number;
  structuredIds: boolean;
  user: string;
  from: string;
  connectionName: string;
}

const LATENCIES = 1000;

/** One client's read of a persistent subscription. */
export class Consumer {
  readonly options: ConsumerOptions;
  readonly out: Outgoing;
  readonly inFlight = new Map<string, Message>();
  /** Times from sending to acknowledgement, in milliseconds; the latest ones. */
  readonly latencies: number[] = [];
  total = 0;
  sinceMeasurement = 0;
  perSecond = 0;

  constructor(options: ConsumerOptions, out: Outgoing) {
    this.options = options;
    this.out = out;
  }

  get availableSlots(): number {
    return Math.max(0, this.options.bufferSize - this.inFlight.size);
  }

  get hasRoom(): boolean {
    return this.availableSlots > 0 && !this.out.blocked && !this.out.closed;
  }

  send(message: Message): void {
    this.inFlight.set(message.id, message);
    this.total++;
    this.sinceMeasurement++;
    this.out.write(eventMessage(message.resolved, this.options.structuredIds, message.retryCount));
  }

  /** An event of this consumer was finished with, `milliseconds` after it was sent. */
  finished(id: string, milliseconds: number): void {
    this.inFlight.delete(id);
    if (this.latencies.push(milliseconds) > LATENCIES) this.latencies.shift();
  }

  measure(): void {
    this.perSecond = this.sinceMeasurement;
    this.sinceMeasurement = 0;
  }
}
