import { defineKeywordHandler } from '@mo-ledger/keyword-handlers';

/** Text-for-info: nothing happens but that the program's messages are counted, as any program's are. */
export const info = defineKeywordHandler({
  name: 'info',
  description: 'Text-for-info: only counts.',
  decide: () => undefined,
});
