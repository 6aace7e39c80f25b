import { isStripped } from './same-text.js';

describe('isStripped', () => {
  it.each([
    ['STOP', 'STOP 🛑'],
    ['STOP', 'STOPñ'],
    ['Stopnow', 'Stop.now'],
    ['STOP', 'STÓP'],
    ['stop', 'STOP'],
    ['', '🛑'],
  ])('sees that %j is %j with characters stripped', (stripped, original) => {
    expect(isStripped(stripped, original)).toBe(true);
  });

  it.each([
    ['STOP', "please don't STOP"],
    ['STOP', 'JOIN'],
    ['STOP', 'STOPS'],
    ['STOP!', 'STOP'],
    ['JOIN', 'STOP'],
  ])('sees that %j is not %j with characters stripped', (stripped, original) => {
    expect(isStripped(stripped, original)).toBe(false);
  });
});
