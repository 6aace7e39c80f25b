import { defineKeywordHandler, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { HandlerFailed } from '@mo-ledger/subscribers';
import { coreEvents, installedHandlers } from './installed-handlers.js';

describe('the installed keyword handlers', () => {
  it('are those that come with the ledger, and whatever a team adds', () => {
    expect(installedHandlers.all.map(({ name }) => name)).toEqual(expect.arrayContaining(['join', 'info', 'vote']));
  });

  it('say what they are and what they want', () => {
    for (const { name, description, settingsSchema } of installedHandlers.all) {
      expect({ name, described: description.length > 0 }).toEqual({ name, described: true });
      expect(settingsSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it('take no event type of the ledger itself', () => {
    const thief = defineKeywordHandler({ name: 'thief', events: [HandlerFailed], decide: () => undefined });
    expect(() => new HandlerRegistry([thief], [{ by: 'the ledger itself', events: coreEvents }])).toThrow(
      'HandlerFailed is taken twice: by the ledger itself and by keyword handler thief',
    );
  });
});
