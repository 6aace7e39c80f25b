import { createHash } from 'node:crypto';

/** Up to this many devices are remembered each, and their number is exact. */
const MOST_EACH = 512;
const INDEX_BITS = 12;
const REGISTERS = 1 << INDEX_BITS;
const RANK_BITS = 64 - INDEX_BITS;
/** A register is one character, from this one on: JSON keeps it as it is. */
const ZERO = 48;

/**
 * Which devices there were, in bounded space: each by its hash, or, where they are too many, a HyperLogLog of 4,096 registers, whose
 * estimate is off by 1.6 % (standard error). Both can be added up.
 */
export type DeviceSketch = { readonly each: readonly string[] } | { readonly registers: string };

export const NO_DEVICES: DeviceSketch = { each: [] };

/** The hash by which a device is remembered: 64 bits in hex. */
export const deviceHash = (device: string): string => createHash('sha256').update(device).digest('hex').slice(0, 16);

/** The sketch with these devices added, by their hashes; it never depends on how they are divided into calls. */
export function withDevices(sketch: DeviceSketch, hashes: Iterable<string>): DeviceSketch {
  if ('registers' in sketch) return { registers: raised(sketch.registers, hashes) };
  const each = new Set(sketch.each);
  for (const hash of hashes) each.add(hash);
  return each.size <= MOST_EACH
    ? { each: [...each] }
    : { registers: raised(String.fromCharCode(ZERO).repeat(REGISTERS), each) };
}

/** The devices of either. */
export function union(a: DeviceSketch, b: DeviceSketch): DeviceSketch {
  if ('each' in b) return withDevices(a, b.each);
  if ('each' in a) return withDevices(b, a.each);
  const registers = Array.from(a.registers, (one, index) =>
    one > b.registers.charAt(index) ? one : b.registers.charAt(index),
  );
  return { registers: registers.join('') };
}

/** How many devices there were. */
export const countDevices = (sketch: DeviceSketch): number =>
  'each' in sketch ? sketch.each.length : Math.round(estimate(sketch.registers));

function raised(registers: string, hashes: Iterable<string>): string {
  let changed: number[] | null = null;
  for (const hash of hashes) {
    const bits = BigInt(`0x${hash}`);
    const index = Number(bits >> BigInt(RANK_BITS));
    const rest = bits & ((1n << BigInt(RANK_BITS)) - 1n);
    // The place of the first one among the remaining bits, counted from 1.
    const rank = rest === 0n ? RANK_BITS + 1 : RANK_BITS - rest.toString(2).length + 1;
    const known = changed?.[index] ?? registers.charCodeAt(index) - ZERO;
    if (rank <= known) continue;
    changed ??= Array.from(registers, (one) => one.charCodeAt(0) - ZERO);
    changed[index] = rank;
  }
  return changed ? changed.map((rank) => String.fromCharCode(rank + ZERO)).join('') : registers;
}

/** Ertl's improved estimator (2017), which needs no corrections for small or large numbers. */
function estimate(registers: string): number {
  const counts = new Array<number>(RANK_BITS + 2).fill(0);
  for (let index = 0; index < REGISTERS; index++) {
    const rank = registers.charCodeAt(index) - ZERO;
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  let z = REGISTERS * tau(1 - (counts[RANK_BITS + 1] ?? 0) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0));
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * z);
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let [power, weight, sum] = [x, 1, x];
  for (let before = -1; before !== sum; weight *= 2) {
    before = sum;
    power *= power;
    sum += power * weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [root, weight, sum] = [x, 1, 1 - x];
  for (let before = -1; before !== sum;) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
