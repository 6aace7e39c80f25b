import { countDevices, deviceHash, NO_DEVICES, union, withDevices, type DeviceSketch } from './device-sketch.js';

const devices = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => deviceHash(`+1404${from + n}`));
const sketchOf = (hashes: readonly string[]): DeviceSketch => withDevices(NO_DEVICES, hashes);

describe('the number of devices', () => {
  it('is exact where they are few', () => {
    const some = devices(0, 512);
    expect(countDevices(sketchOf([...some, ...some]))).toBe(512);
    expect(countDevices(union(sketchOf(some.slice(0, 300)), sketchOf(some.slice(200))))).toBe(512);
    expect(countDevices(NO_DEVICES)).toBe(0);
  });

  it.each([513, 1_000, 5_000, 20_000, 100_000])('is about right where there are %i', (count) => {
    const estimate = countDevices(sketchOf(devices(0, count)));
    expect(Math.abs(estimate - count) / count).toBeLessThan(0.06);
  });

  it('does not depend on how they are divided', () => {
    const all = devices(0, 2_000);
    const whole = sketchOf(all);
    const oneByOne = all.reduce<DeviceSketch>((sketch, hash) => withDevices(sketch, [hash]), NO_DEVICES);
    expect(oneByOne).toEqual(whole);
    expect(union(sketchOf(all.slice(0, 1_500)), sketchOf(all.slice(1_000)))).toEqual(whole);
    expect(union(sketchOf(all.slice(0, 100)), sketchOf(all.slice(50)))).toEqual(whole);
    expect(union(sketchOf(all.slice(50)), sketchOf(all.slice(0, 100)))).toEqual(whole);
  });
});
