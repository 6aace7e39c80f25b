/** A post as the gateway makes it. */
export interface SimulatedPost {
  /** What it is, for people: a keyword's name, an oddity's. */
  readonly label: string;
  readonly body: Buffer;
  /** Null sends none. */
  readonly contentType: string | null;
  readonly messageId: string | null;
  /** Where it goes instead of the organization's URL. */
  readonly path?: string;
  /** Sent so many milliseconds apart, byte for byte, until the receiver has had enough. */
  readonly trickleMs?: number;
  /** What the receiver ought to answer; 200 where it is left out. Only a 200 is tried again when it fails. */
  readonly expected?: number;
}

export const FORM = 'application/x-www-form-urlencoded';

/** The published example of a post (requirement, Sample MO SMS post), byte for byte. */
export const SAMPLE =
  'device_address=1447ß7665544&inbound_address=26161&router=cingular&carrier=cingular&channel=sms&message_orig=Hello+from+SMPPSim' +
  '&message=Hello+from+SMPPSim&message_id=148929155953&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=148929155953&country_code=1';

export const samplePost: SimulatedPost = {
  label: 'sample',
  body: Buffer.from(SAMPLE),
  contentType: FORM,
  messageId: '148929155953',
};

/** As HTML forms are encoded: a space is `+`, everything but letters, digits and `*-._` is escaped. */
export const encodeForm = (fields: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
