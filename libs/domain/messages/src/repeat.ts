import type { Context, Repeat } from './message.events.js';
import type { DeliveryAttempt, Post } from './post.js';

/** What an attempt's event says besides the post: the context of it all, and the attempt itself. */
export type Delivered = Context & { readonly attempt: DeliveryAttempt };

/** What is kept of a repeated post: what the audit trail shows, and the raw body. */
export function repeatOf<P extends Post>(post: P, delivered: Delivered): Repeat & { readonly kind: P['kind'] } {
  const { fields } = post;
  const quarantined = post.kind === 'QUARANTINED';
  return {
    ...delivered,
    kind: post.kind,
    ...{ carrier: fields.carrier, channel: fields.channel, router: fields.router },
    code: post.code,
    deviceAddress: quarantined ? fields.device_address : post.deviceAddress,
    deviceE164: quarantined ? null : post.deviceE164,
    messageId: post.messageId,
  };
}
