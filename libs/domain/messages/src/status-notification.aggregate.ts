import { Aggregate } from '@mo-ledger/event-sourcing';
import { StatusNotificationRecorded, StatusNotificationRedelivered } from './message.events.js';
import type { StatusPost } from './post.js';
import { repeatOf, type Delivered } from './repeat.js';

export type StatusEvent = StatusNotificationRecorded | StatusNotificationRedelivered;

/** What became of a message that was sent to a phone, as the gateway tells it; one of several. */
export class StatusNotification extends Aggregate<{ readonly known: boolean }, StatusEvent> {
  constructor() {
    super({ known: false }, () => ({ known: true }));
  }

  deliver(post: StatusPost, delivered: Delivered): 'STATUS' | 'DUPLICATE' {
    if (this.state.known) {
      this.record(new StatusNotificationRedelivered(repeatOf(post, delivered)));
      return 'DUPLICATE';
    }
    this.record(new StatusNotificationRecorded({ ...post, ...delivered }));
    return 'STATUS';
  }
}
