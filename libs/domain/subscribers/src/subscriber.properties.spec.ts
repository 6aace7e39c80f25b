import fc from 'fast-check';
import { Subscriber } from './subscriber.aggregate.js';
import { handlers, Phone } from './testing/texting.js';

const optOut = fc.constantFrom('STOP', 'stop all', 'Stop. Thank you', 'OPT-OUT', 'cancel', 'Quit!', '🛑 unsubscribe');
const optIn = fc.constantFrom('START', 'yes', 'Unstop!', 'JOIN', 'join me', 'JOIN Jane');
const noise = fc.constantFrom('hello', 'HOURS', 'COUNT', 'COUNT fail', "don't stop", 'HELP', '', 'start now', 'GONE');
const id = fc.nat(30).map(String);
const sent = fc.record({
  text: fc.oneof(optOut, optIn, noise),
  id: fc.oneof({ weight: 9, arbitrary: id }, { weight: 1, arbitrary: fc.constantFrom(null, 'abc') }),
});

describe('consent, whatever arrives in whatever order and however often', () => {
  const numeric = fc.record({ text: fc.oneof(optOut, optIn, noise), id });
  const isIn = (text: string) => /^(start|yes|unstop!|join.*)$/i.test(text) && text !== 'start now';
  const isOut = (text: string) => /^(STOP|stop all|Stop\. Thank you|OPT-OUT|cancel|Quit!|🛑 unsubscribe)$/.test(text);
  const highest = (texts: { text: string; id: string }[], wanted: (text: string) => boolean) =>
    Math.max(-1, ...texts.filter(({ text }) => wanted(text)).map((text) => Number(text.id)));

  it('is never given by somebody whose highest STOP is above their highest START or JOIN', () => {
    const arrivals = fc
      .array(numeric, { minLength: 1, maxLength: 12 })
      .chain((texts) => fc.tuple(fc.constant(texts), fc.array(fc.constantFrom(...texts), { maxLength: 6 })))
      .chain(([texts, repeated]) =>
        fc.shuffledSubarray([...texts, ...repeated], { minLength: texts.length + repeated.length }),
      );
    fc.assert(
      fc.property(arrivals, (texts) => {
        const phone = new Phone();
        for (const { text, id } of texts) phone.text(text, { id });
        const { consent, joined } = phone.state;
        if (highest(texts, isOut) > highest(texts, isIn)) expect(consent).not.toBe('OPTED_IN');
        if (consent !== 'OPTED_IN') expect(joined.size).toBe(0);
        if (!texts.some(({ text }) => isIn(text))) expect(consent).not.toBe('OPTED_IN');
      }),
      { numRuns: rounds({ test: 600, short: 6_000, long: 300_000 }) },
    );
  });

  it('is never given by a malformed sender', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), (texts) => {
        const phone = new Phone(null);
        for (const { text, id } of texts) phone.text(text, { id });
        expect(phone.state.consent).not.toBe('OPTED_IN');
        expect(phone.history.map(({ type }) => type)).not.toContain('Counted');
      }),
    );
  });

  it('is the same after a STOP, whatever came before it', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), sent, (texts, { id }) => {
        const phone = new Phone();
        for (const { text, id } of texts) phone.text(text, { id });
        phone.text('STOP', { id });
        expect(phone.state.consent).toBe('OPTED_OUT');
      }),
    );
  });
});

describe("a subscriber's events", () => {
  it('give the same state in batches of any size, each batch twice', () => {
    fc.assert(
      fc.property(
        fc.array(sent, { maxLength: 15 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (texts, sizes) => {
          const phone = new Phone();
          for (const { text, id } of texts) phone.text(text, { id });
          const replayed = new Subscriber(handlers);
          for (let from = 0, n = 0; from < phone.history.length; n++) {
            const size = sizes[n % sizes.length] ?? 1;
            const batch = phone.history.slice(from, from + size);
            for (const event of [...batch, ...batch]) replayed.replay(event);
            from += size;
          }
          expect(replayed.state).toEqual(phone.state);
        },
      ),
      { numRuns: rounds({ test: 200, short: 2_000, long: 100_000 }) },
    );
  });

  it('are the same where every message is handled twice', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 15 }), (texts) => {
        const once = new Phone();
        const twice = new Phone();
        texts.forEach(({ text, id }, n) => {
          const position = BigInt(n + 1);
          once.text(text, { id, position });
          twice.text(text, { id, position });
          const before = twice.history.length;
          twice.text(text, { id, position });
          expect(twice.history).toHaveLength(before);
        });
        expect(twice.state.consent).toBe(once.state.consent);
        expect(twice.state.handlers).toEqual(once.state.handlers);
      }),
    );
  });
});
