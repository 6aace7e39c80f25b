/** The documented fields of a post, by the gateway's own names (GATEWAY.md, The post); `attachment` is a list of its own. */
export const DOCUMENTED_FIELDS = [
  'device_address',
  'inbound_address',
  'message_id',
  'message_subid',
  'mmsID',
  'message',
  'message_orig',
  'carrier',
  'router',
  'channel',
  'country_code',
  'a2w_mo_ref_id',
  'status',
  'status_code',
  'smscid',
  'client_message_id',
] as const;
export type FieldName = (typeof DOCUMENTED_FIELDS)[number];

/** Absent is null, empty is ''. */
export type Fields = Readonly<Record<FieldName, string | null>>;

/** API.md, Words that are fixed. The last three are found by routing, the one before by a later delivery. */
export type Anomaly =
  | 'DEVICE_ADDRESS_MALFORMED'
  | 'CHARSET_FALLBACK'
  | 'DUPLICATE_FIELD'
  | 'MESSAGE_ID_MISSING'
  | 'CONFLICTING_DUPLICATE'
  | 'INBOUND_ADDRESS_UNPROVISIONED'
  | 'UNEXPECTED_KEYWORD_ON_SHARED_CODE'
  | 'OUT_OF_ORDER_CONSENT';

export type QuarantineReason = 'EMPTY_BODY' | 'DEVICE_ADDRESS_MISSING' | 'INBOUND_ADDRESS_MISSING' | 'UNRECOGNISED';

/** What every post holds, whatever it turns out to be. */
export interface PostContent {
  readonly fields: Fields;
  readonly attachments: readonly string[];
  /** Undocumented fields and repeats of documented ones, in order. */
  readonly extra: readonly { readonly name: string; readonly value: string }[];
  /** `utf-8`, the declared charset, or `windows-1252`. */
  readonly decoding: string;
}

/** The sender, read from a post (GATEWAY.md, The sample's phone number). */
export interface Sender {
  /** As it was written. */
  readonly deviceAddress: string;
  readonly deviceE164: string | null;
  /** Offered to an operator where the address is malformed; never applied. */
  readonly deviceE164Candidate: string | null;
}

/** A post as a gateway's folder reads it: one of the three kinds (GATEWAY.md, Which kind of post it is). */
export type Post =
  | (PostContent &
      Sender & {
        readonly kind: 'MO' | 'MMS_MO';
        /** The code it was sent to, as digits. */
        readonly code: string;
        readonly messageId: string | null;
        readonly messageSubid: string | null;
        readonly anomalies: readonly Anomaly[];
      })
  | (PostContent & {
      readonly kind: 'STATUS';
      readonly deviceAddress: string | null;
      readonly deviceE164: string | null;
      readonly code: string | null;
      readonly messageId: string | null;
      readonly anomalies: readonly Anomaly[];
    })
  | (PostContent & {
      readonly kind: 'QUARANTINED';
      readonly reason: QuarantineReason;
      /** As far as the post says, for the audit trail. */
      readonly code: string | null;
      readonly messageId: string | null;
    });

export type MessagePost = Extract<Post, { kind: 'MO' | 'MMS_MO' }>;
export type StatusPost = Extract<Post, { kind: 'STATUS' }>;
export type QuarantinedPost = Extract<Post, { kind: 'QUARANTINED' }>;

/** One delivery attempt: how and when it reached us. */
export interface DeliveryAttempt {
  /** Made for this one HTTP request. */
  readonly attemptId: string;
  /** ISO 8601 UTC. */
  readonly receivedAt: string;
  /** The client's address. */
  readonly source: string;
  /** From the first byte to the append, in milliseconds. */
  readonly durationMs: number;
  readonly raw: { readonly base64: string; readonly contentType: string | null };
}
