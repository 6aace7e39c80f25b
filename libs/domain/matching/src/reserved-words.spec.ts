import fc from 'fast-check';
import { keywordKey, OptOutWords, startOrHelp } from './reserved-words.js';

const { none } = OptOutWords;

describe('opt-out words', () => {
  it.each([
    'STOP',
    ' Stop.\r\n',
    'stop all',
    'STOPALL',
    'OPT-OUT',
    'opt out',
    'Opt Out!',
    'STOP 🛑🛑',
    '🛑 stop',
    's.t.o.p',
    'ｓｔｏｐ',
    'un\u200bsubscribe',
    'unsubscribe',
    'Cancel',
    'END',
    'quit',
    'REVOKE',
    'S\0TOP',
    '"stop"',
  ])('are exact in %j', (text) => expect(none.find(text)).toBe('EXACT'));

  it.each([
    'Stop. Thank you',
    'STOP texting me',
    'unsubscribe me',
    'revoke my consent',
    'stop all messages',
    'optout please',
    '🛑 stop it',
    'opt-out please',
  ])('lead %j', (text) => expect(none.find(text)).toBe('LEADING'));

  it.each(['Cancel my 3pm appointment', "don't stop", 'the end', 'please opt out', 'i quit smoking', 'end it'])(
    'are mentioned in %j',
    (text) => expect(none.find(text)).toBe('MENTION'),
  );

  it.each(['', ' ', '🛑', 'STOPPED', 'stops', 'JOIN', 'nonstop', 'weekend', 'opt', 'out of opt'])(
    'are not in %j',
    (text) => expect(none.find(text)).toBeNull(),
  );

  it('may be added, also as several words; the added ones do not lead', () => {
    const further = new OptOutWords(['ARRÊT', 'no más', '🛑']);
    expect(further.find('arre\u0302t!')).toBe('EXACT');
    expect(further.find('NO MAS')).toBeNull();
    expect(further.find('no más')).toBe('EXACT');
    expect(further.find('arrêt maintenant')).toBe('MENTION');
    expect(further.find('por favor no más')).toBe('MENTION');
    expect(further.find('🛑')).toBeNull();
    expect(none.find('ARRÊT')).toBeNull();
  });

  it('are found however the text is cased, spaced and decorated', () => {
    const word = fc.constantFrom('STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT');
    const noise = fc.string({
      unit: fc.constantFrom(' ', '.', '!', '🛑', '\n', '-', '\u200b', '👍🏽', '*'),
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        word,
        fc.array(noise, { minLength: 12, maxLength: 12 }),
        fc.func(fc.boolean()),
        (text, noises, upper) => {
          const typed = Array.from(
            text,
            (letter, index) => (noises[index] ?? '') + (upper(index) ? letter : letter.toLowerCase()),
          );
          expect(none.find(typed.join('') + (noises[11] ?? ''))).toBe('EXACT');
        },
      ),
    );
  });
});

describe('START and HELP', () => {
  it('count as the whole text only', () => {
    expect(startOrHelp('start!')).toEqual({ reserved: 'START', word: 'START' });
    expect(startOrHelp(' Yes 👍')).toEqual({ reserved: 'START', word: 'YES' });
    expect(startOrHelp('un-stop')).toEqual({ reserved: 'START', word: 'UNSTOP' });
    expect(startOrHelp('Info?')).toEqual({ reserved: 'HELP', word: 'INFO' });
    expect(startOrHelp('help')).toEqual({ reserved: 'HELP', word: 'HELP' });
    for (const text of ['start now', 'help me', 'restart', '', '👍']) expect(startOrHelp(text)).toBeNull();
  });
});

describe('keywordKey', () => {
  it('is the one word of a keyword', () => {
    expect(keywordKey('join!')).toBe('JOIN');
    expect(keywordKey('👍🏽')).toBe('👍');
    for (const keyword of ['', ' ', '!', 'TEXT ME', 'A&B', '👍👍']) expect(keywordKey(keyword)).toBeNull();
  });
});
