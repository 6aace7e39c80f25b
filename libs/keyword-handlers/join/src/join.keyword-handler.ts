import { defineKeywordHandler, enrol } from '@mo-ledger/keyword-handlers';

/** Text-to-join: asks for the sender to become a participant of the program (GATEWAY.md, Codes, keywords, programs). */
export const join = defineKeywordHandler({
  name: 'join',
  description: 'Text-to-join: the sender becomes a participant of the program.',
  enrols: true,
  decide: () => enrol,
});
