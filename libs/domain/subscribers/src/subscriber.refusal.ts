export type SubscriberRefusalCode = 'REVIEW_UNKNOWN' | 'REVIEW_RESOLVED' | 'NUMBER_NEEDED';

/** A command that a subscriber does not carry out, with a stable `code` and the fields that it is about. Nothing has changed. */
export class SubscriberRefusal extends Error {
  constructor(
    /** What kind of answer it is: 404, 409 or 422. */
    readonly kind: 'NOT_FOUND' | 'CONFLICT' | 'INVALID',
    readonly code: SubscriberRefusalCode,
    message: string,
    readonly errors: readonly { readonly field: string; readonly message: string }[] = [],
  ) {
    super(message);
  }
}
