import { specifyKeywordHandler } from '@mo-ledger/keyword-handlers';
import { info } from './info.keyword-handler.js';

describe('text-for-info', () => {
  it('decides nothing', () => {
    specifyKeywordHandler(info).when('HOURS today').thenNothing();
  });

  it('needs no settings', () => {
    expect(info.parseSettings({})).toEqual({ value: {} });
  });
});
