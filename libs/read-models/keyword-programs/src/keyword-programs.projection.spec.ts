import { CodeChanged, ProgramChanged, ProgramPaused, ProgramResumed, ProgramRetired } from '@mo-ledger/codes';
import { VoteCast, VoteRefused } from '@mo-ledger/handler-vote';
import { at } from '@mo-ledger/messages-read-model/testing';
import { OrganizationChanged } from '@mo-ledger/organizations';
import { checkProjection, history } from '@mo-ledger/projections/testing';
import type { ReadStore } from '@mo-ledger/read-store';
import { testReadStore } from '@mo-ledger/read-store/testing';
import { HandlerFailed } from '@mo-ledger/subscribers';
import { handlerResults, handlerResultsOf, keywordPrograms } from './index.js';
import { code, happenings, organization, program } from './testing/example-programs.js';
import { GuestSigned, handlersThen } from './testing/guestbook.js';

const HOUR = 3_600;
const { matched, joined, optedOut } = happenings('26161', 'P');

describe('keyword-programs', () => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await testReadStore();
  });
  afterAll(async () => {
    await store.close();
  });

  it('has the same rows however the log is cut into batches: what is provisioned', async () => {
    const provisioned = code('26161').data;
    const retired = program('26161', 'OLD', { keywords: ['Café', '🎁'], startsAt: at(5) }).data;
    const log = history()
      .append('organization-acme', organization('acme', 'hash'))
      .append('code-26161', code('26161'))
      .append('code-26161', program('26161', 'P'), program('26161', 'OLD', retired))
      .append('code-26161', new CodeChanged({ ...provisioned, optOutWords: ['arrêt'], at: at(10) }))
      .append('code-26161', new ProgramPaused({ code: '26161', program: 'P', at: at(11) }))
      .append('code-26161', new ProgramChanged({ ...program('26161', 'P').data, name: 'Other', at: at(12) }))
      .append('code-26161', new ProgramRetired({ code: '26161', program: 'OLD', at: at(13) }))
      .append('code-26161', new ProgramResumed({ code: '26161', program: 'P', at: at(14) }))
      .append('code-26161', new ProgramPaused({ code: '26161', program: 'P', at: at(15) }))
      .append('organization-acme', new OrganizationChanged({ ...organization('acme').data, at: at(16) }));
    const rows = await checkProjection(store, keywordPrograms, log.events);
    expect(rows.organizations).toEqual([
      { organization: 'acme', name: 'The acme', has_key: false, provisioned_at: at(0), changed_at: at(16) },
    ]);
    expect(rows.codes).toMatchObject([{ code: '26161', opt_out_words: ['arrêt'], changed_at: at(10) }]);
    expect(rows.programs).toMatchObject([
      { program: 'OLD', retired: true, paused: false, keyword_keys: ['CAFÉ', '🎁'], starts_at: at(5) },
      { program: 'P', retired: false, paused: true, name: 'Other', provisioned_at: at(2), changed_at: at(15) },
    ]);
  });

  it('has the same rows however the log is cut into batches: what happens in programs', async () => {
    const failed = new HandlerFailed({ ...matched(3, 30).data, outcome: 'FAILED', error: 'oops' });
    const other = happenings('26161', 'Q');
    const log = history()
      .append('subscriber-1', matched(1, 0), joined(1, 0))
      .append('subscriber-2', matched(2, 10), joined(2, 10))
      .append('subscriber-1', other.matched(1, 20), other.joined(1, 20))
      .append('subscriber-3', failed)
      .append('subscriber-1', matched(1, HOUR))
      .append('subscriber-1', optedOut(1, HOUR + 1, ['P', 'Q']))
      .append('subscriber-3', matched(3, 30, { rerouted: true }))
      .append('subscriber-1', matched(1, 2 * HOUR), joined(1, 2 * HOUR, 'other'))
      .append('subscriber-2', optedOut(2, 26 * HOUR));
    const rows = await checkProjection(store, keywordPrograms, log.events);
    expect(rows.program_figures).toMatchObject([
      { program: 'P', messages: 5, participants: 1, first_message_at: at(0), last_message_at: at(2 * HOUR) },
      { program: 'Q', messages: 1, participants: 0 },
    ]);
    expect(rows.participants).toMatchObject([
      {
        program: 'P',
        subscriber: '1',
        state: 'JOINED',
        joined_at: at(2 * HOUR),
        left_at: null,
        carrier: 'other',
        last_message_at: at(2 * HOUR),
        position: '107',
      },
      { program: 'P', subscriber: '2', state: 'LEFT', joined_at: at(10), left_at: at(26 * HOUR) },
      { program: 'P', subscriber: '3', state: null, last_message_at: at(30) },
      { program: 'Q', subscriber: '1', state: 'LEFT', left_at: at(HOUR + 1) },
    ]);
    expect(
      rows.activity.filter((row) => row.program === 'P').map((row) => [row.hour, row.messages, row.joins, row.leaves]),
    ).toEqual([
      [at(0), 3, 2, 0],
      [at(HOUR), 1, 0, 1],
      [at(2 * HOUR), 1, 1, 0],
      [at(26 * HOUR), 0, 0, 1],
    ]);
    expect(rows.activity_devices.map((row) => [row.program, row.subscriber, row.hours.toString(2)])).toEqual([
      ['P', '1', `111${'0'.repeat(12)}`],
      ['P', '2', `1${'0'.repeat(12)}`],
      ['P', '3', `1${'0'.repeat(12)}`],
      ['Q', '1', `1${'0'.repeat(12)}`],
    ]);
  });

  it('has the same results however the log is cut into batches', async () => {
    const of = { code: '26161', program: 'V', handler: 'vote', organization: 'acme' };
    const vote = (choice: string) => new VoteCast({ choice });
    const refused = new VoteRefused({ reason: 'already voted' });
    const log = history()
      .appendWith(of, 'subscriber-1', happenings('26161', 'V').matched(1, 0), vote('RED'))
      .appendWith(of, 'subscriber-2', vote('BLUE'))
      .appendWith({ ...of, program: 'W' }, 'subscriber-2', vote('__proto__'))
      .appendWith(of, 'subscriber-3', refused)
      .appendWith(of, 'subscriber-3', vote('RED'))
      .append('subscriber-4', vote('nobody’s'));
    const { results } = await checkProjection(store, handlerResults, log.events);
    expect(results.map(({ program: id, tally, error }) => [id, JSON.stringify(tally), error])).toEqual([
      ['V', '{"value":{"RED":2,"BLUE":1}}', null],
      ['W', '{"value":{"__proto__":1}}', null],
    ]);
  });

  it('keeps the results of a handler that fails to count, and those of the others', async () => {
    const of = { code: '26161', program: 'G', handler: 'guestbook', organization: 'acme' };
    const log = history();
    for (const name of ['Ann', 'anonymous', 'Ben', 'nobody', 'Carl'])
      log
        .appendWith(of, 'subscriber-1', new GuestSigned({ name }))
        .appendWith({ ...of, program: 'V', handler: 'vote' }, 'subscriber-1', new VoteCast({ choice: name }));
    const { results } = await checkProjection(store, handlerResultsOf(handlersThen), log.events);
    expect(results).toMatchObject([
      {
        handler: 'guestbook',
        tally: { value: { guests: ['first', 'Ann', 'first'], last: 'Ben' } },
        error: 'GuestSigned could not be counted: nobody cannot be counted',
      },
      { handler: 'vote', tally: { value: { Ann: 1, anonymous: 1, Ben: 1, nobody: 1, Carl: 1 } }, error: null },
    ]);
  });
});
