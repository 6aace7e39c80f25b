import {
  DOCUMENTED_FIELDS,
  type Anomaly,
  type FieldName,
  type Fields,
  type Gateway,
  type Post,
  type PostContent,
  type QuarantineReason,
} from '@mo-ledger/messages';
import { decodeTexts } from './charset.js';
import { codeOf } from './code.js';
import { readForm } from './form.js';
import { readSender } from './sender.js';

/** Posts as Kaleyra (formerly mGage) sends them (GATEWAY.md). */
export const kaleyra: Gateway = { name: 'kaleyra', read };

function read(raw: Uint8Array, contentType: string | null): Post {
  const { content, anomalies } = readContent(raw, contentType);
  const { fields, attachments } = content;
  const code = fields.inbound_address ? codeOf(fields.inbound_address) : null;
  const quarantined = (reason: QuarantineReason): Post => {
    const messageId = fields.message_id || fields.mmsID || null;
    return { kind: 'QUARANTINED', reason, ...content, code, messageId };
  };

  // Which kind of post it is: GATEWAY.md, in its order.
  if (MESSAGE_FIELDS.some((name) => fields[name] !== null) || attachments.length > 0) {
    if (!fields.device_address) return quarantined('DEVICE_ADDRESS_MISSING');
    if (code === null) return quarantined('INBOUND_ADDRESS_MISSING');
    const sender = readSender(fields.device_address, fields.country_code);
    const messageId = fields.message_id || fields.mmsID || null;
    if (!messageId) anomalies.unshift('MESSAGE_ID_MISSING');
    if (!sender.deviceE164) anomalies.unshift('DEVICE_ADDRESS_MALFORMED');
    const multimedia = fields.mmsID || attachments.some((attachment) => attachment !== '');
    return {
      kind: multimedia ? 'MMS_MO' : 'MO',
      ...content,
      ...sender,
      ...{ code, messageId, messageSubid: fields.message_subid || null, anomalies },
    };
  }
  if (STATUS_FIELDS.some((name) => fields[name] !== null) && STATUS_IDS.some((name) => fields[name])) {
    const sender = fields.device_address ? readSender(fields.device_address, fields.country_code) : null;
    if (sender && !sender.deviceE164) anomalies.unshift('DEVICE_ADDRESS_MALFORMED');
    return {
      kind: 'STATUS',
      ...content,
      ...{ deviceAddress: sender?.deviceAddress ?? null, deviceE164: sender?.deviceE164 ?? null },
      ...{ code, messageId: fields.message_id || null, anomalies },
    };
  }
  return quarantined(raw.length === 0 ? 'EMPTY_BODY' : 'UNRECOGNISED');
}

const MESSAGE_FIELDS = ['message', 'message_orig', 'a2w_mo_ref_id', 'mmsID'] as const;
const STATUS_FIELDS = ['smscid', 'client_message_id', 'status_code'] as const;
const STATUS_IDS = ['message_id', 'smscid', 'client_message_id'] as const;

const ABSENT = Object.fromEntries(DOCUMENTED_FIELDS.map((name) => [name, null])) as Fields;
const documented: ReadonlySet<string> = new Set(DOCUMENTED_FIELDS);

/** Of a repeated key the first wins, and all are kept; `attachment` is a list. */
function readContent(raw: Uint8Array, contentType: string | null): { content: PostContent; anomalies: Anomaly[] } {
  const form = readForm(raw);
  const { texts, decoding, fallback } = decodeTexts(
    form.flatMap(({ name, value }) => [name, value]),
    contentType,
  );
  const fields: Record<FieldName, string | null> = { ...ABSENT };
  const attachments: string[] = [];
  const extra: { name: string; value: string }[] = [];
  let repeated = false;
  for (let i = 0; i < texts.length; i += 2) {
    const [name = '', value = ''] = [texts[i], texts[i + 1]];
    if (name === 'attachment') {
      attachments.push(value);
    } else if (!documented.has(name)) {
      extra.push({ name, value });
    } else if (fields[name as FieldName] === null) {
      fields[name as FieldName] = value;
    } else {
      repeated = true;
      extra.push({ name, value });
    }
  }
  const anomalies: Anomaly[] = [];
  if (fallback) anomalies.push('CHARSET_FALLBACK');
  if (repeated) anomalies.push('DUPLICATE_FIELD');
  return { content: { fields, attachments, extra, decoding }, anomalies };
}
