import fc from 'fast-check';
import { Watermark } from './watermark.js';

const at = new Date(0);

describe('the watermark', () => {
  it('is never past a message that is not handled, and at the end when all are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 5n }), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (steps, picks) => {
          const watermark = new Watermark(10n);
          const open: { position: bigint; done: () => void }[] = [];
          let position = 10n;
          for (const step of steps) {
            position += step;
            open.push({ position, done: watermark.begin(position, at) });
          }
          watermark.delivered(position + 1n);
          for (const pick of picks) {
            expect(watermark.safe).toBeLessThan(open[0]?.position ?? position + 2n);
            if (open.length === 0) break;
            for (const { done } of open.splice(pick % open.length, 1)) done();
          }
          expect(watermark.safe).toBe(position + 1n);
          expect([watermark.size, watermark.oldest]).toEqual([0, null]);
        },
      ),
    );
  });

  it('moves with what is nothing to handle', () => {
    const watermark = new Watermark(0n);
    watermark.delivered(5n);
    watermark.delivered(3n);
    expect(watermark.safe).toBe(5n);
  });

  it('knows the oldest message that is not handled', () => {
    const watermark = new Watermark(0n);
    const first = watermark.begin(1n, new Date(1));
    const second = watermark.begin(2n, new Date(2));
    second();
    expect([watermark.size, watermark.oldest]).toEqual([2, new Date(1)]);
    first();
    expect(watermark.oldest).toBeNull();
  });
});
