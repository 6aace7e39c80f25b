import { enrol, specifyKeywordHandler } from '@mo-ledger/keyword-handlers';
import { join } from './join.keyword-handler.js';

describe('text-to-join', () => {
  const { when } = specifyKeywordHandler(join);

  it('asks to enrol the sender, whatever follows the keyword', () => {
    when('JOIN').then(enrol);
    when('join me please').then(enrol);
  });

  it('needs no settings', () => {
    expect(join.parseSettings(undefined)).toEqual({ value: {} });
  });
});
