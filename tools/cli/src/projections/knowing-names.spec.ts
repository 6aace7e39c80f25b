import { aStatus } from '../testing/answers.js';
import { FakeLedger, type FakeAnswer } from '../testing/fake-ledger.js';
import { runMo } from '../testing/run-mo.js';

describe('a command about one projection', () => {
  let ledger: FakeLedger;
  beforeEach(async () => {
    ledger = new FakeLedger();
    await ledger.start();
  });
  afterEach(() => ledger.stop());

  it.each(['show', 'rebuild', 'verify', 'switch', 'drop', 'parked', 'park', 'replay'])(
    'says what there is where there is none of that name: %s',
    async (command) => {
      const none: FakeAnswer = { status: 404, detail: 'There is no projection nope.' };
      for (const call of [
        'GET',
        'GET /parked',
        ...['rebuild', 'verify', 'switch', 'drop'].map((it) => `POST /${it}`),
      ]) {
        const [method, rest = ''] = call.split(' ');
        ledger.answers(`${method} /projections/nope${rest}`, none);
      }
      ledger.answers('GET /projections', { value: { items: [aStatus(), aStatus({ name: 'consent' })], next: null } });
      expect(await runMo(`projections ${command} nope`, ledger.url)).toEqual({
        ...{ code: 2, out: '', err: 'error: There is no projection nope. There are messages, consent.\n' },
      });
    },
  );

  it('keeps to what the ledger said where that is about something else', async () => {
    ledger.answers('GET /projections', { value: { items: [aStatus()], next: null } });
    ledger.answers('POST /projections/messages/switch', { status: 404, detail: 'There is no build x.' });
    expect((await runMo('projections switch messages x', ledger.url)).err).toBe('error: There is no build x.\n');
  });
});
