import { MessageRecorded } from '@mo-ledger/messages';
import { defineProjection, nullable, table, text, time } from '@mo-ledger/projections';

const messages = table(
  {
    id: text(),
    organization: text(),
    code: text(),
    device_address: text(),
    message: nullable(text()),
    carrier: nullable(text()),
    received_at: time(),
  },
  ['id'],
  ['(received_at desc)', '(left(device_address, 64))'],
);

/** One row for each message: simple enough to be written for emmett in the same way. */
export const recordedMessages = defineProjection({
  name: 'bench-messages',
  version: 1,
  tables: { messages },
  events: [MessageRecorded],
  on: {
    MessageRecorded({ data: { ledgerId, organization, code, deviceAddress, fields, attempt } }, rows) {
      rows.messages.put({
        id: ledgerId,
        organization,
        code,
        device_address: deviceAddress,
        message: fields.message,
        carrier: fields.carrier,
        received_at: attempt.receivedAt,
      });
    },
  },
});
