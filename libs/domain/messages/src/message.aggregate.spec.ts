import { specify } from '@mo-ledger/event-sourcing';
import { Message } from './message.aggregate.js';
import {
  ConflictingDuplicateRecorded,
  MessageRecorded,
  MessageRedelivered,
  type MessageEvent,
} from './message.events.js';
import { repeatOf } from './repeat.js';
import { delivered, messagePost } from './spec-posts.js';

const message = specify<Message['state'], MessageEvent, Message>(() => new Message());
const post = messagePost();
const recorded = new MessageRecorded({ ...post, ...delivered('1') });

describe('a message', () => {
  it('is recorded when it is delivered first', () => {
    message
      .given()
      .when((m) => m.deliver(post, delivered('1')))
      .then(recorded);
  });

  it('is redelivered when the same content comes again', () => {
    message
      .given(recorded)
      .when((m) => m.deliver(post, delivered('2')))
      .then(new MessageRedelivered(repeatOf(post, delivered('2'))));
  });

  it('is redelivered where only its status has changed', () => {
    const later = messagePost({ status: 'MO Success', status_code: '100' });
    message
      .given(recorded)
      .when((m) => m.deliver(later, delivered('2')))
      .thenTypes('MessageRedelivered');
  });

  it('wins over later content that says something else, which is kept', () => {
    const other = messagePost({ message: 'STOP' });
    message
      .given(recorded)
      .when((m) => m.deliver(other, delivered('2')))
      .then(new ConflictingDuplicateRecorded({ ...other, ...delivered('2') }));
  });

  it('compares with the first delivery, never with a conflicting one', () => {
    const conflicting = new ConflictingDuplicateRecorded({ ...messagePost({ message: 'STOP' }), ...delivered('2') });
    message
      .given(recorded, conflicting)
      .when((m) => m.deliver(post, delivered('3')))
      .thenTypes('MessageRedelivered');
  });

  it('tells an absent field from an empty one', () => {
    message
      .given(recorded)
      .when((m) => m.deliver(messagePost({ router: '' }), delivered('2')))
      .thenTypes('ConflictingDuplicateRecorded');
  });

  it('can be routed once more', () => {
    message
      .given(recorded)
      .when((m) => m.requestReroute({ ledgerId: 'x', applyConsent: false, requestedAt: '2026-11-22T12:00:00.000Z' }))
      .thenTypes('MessageRerouteRequested');
  });
});
