import { hash } from 'node:crypto';

/** Up to this many devices are remembered each, and their number is exact. */
const MOST_EACH = 512;
const INDEX_BITS = 12;
const REGISTERS = 1 << INDEX_BITS;
const HASH_BYTES = 6;
const HASH_CHARACTERS = 8;
const RANK_BITS = 8 * HASH_BYTES - INDEX_BITS;
/** A register is one character, from this one on: JSON keeps it as it is. */
const ZERO = 48;

/**
 * Which devices there were, in bounded space, as a text: `e` and the hash of each, or, where they are too many, `r` and the registers
 * of a HyperLogLog, 4,096 of them, whose estimate is off by 1.6 % (standard error). Both can be added up.
 */
export type DeviceSketch = string;

export const NO_DEVICES: DeviceSketch = 'e';
const NO_REGISTERS = String.fromCharCode(ZERO).repeat(REGISTERS);

/** The hash by which a device is remembered: 48 bits in base64. */
export const deviceHash = (device: string): string => hash('sha256', device, 'base64url').slice(0, HASH_CHARACTERS);

const isExact = (sketch: DeviceSketch): boolean => sketch.startsWith('e');
const eachOf = (sketch: DeviceSketch): string[] =>
  Array.from({ length: (sketch.length - 1) / HASH_CHARACTERS }, (_, n) =>
    sketch.slice(1 + n * HASH_CHARACTERS, 1 + (n + 1) * HASH_CHARACTERS),
  );

/** The sketch with these devices added, by their hashes; it never depends on how they are divided into calls. */
export function withDevices(sketch: DeviceSketch, hashes: Iterable<string>): DeviceSketch {
  if (!isExact(sketch)) return `r${raised(sketch.slice(1), hashes)}`;
  const each = new Set(eachOf(sketch));
  for (const hash of hashes) each.add(hash);
  return each.size <= MOST_EACH ? `e${[...each].join('')}` : `r${raised(NO_REGISTERS, each)}`;
}

/** The devices of either. */
export function union(a: DeviceSketch, b: DeviceSketch): DeviceSketch {
  if (isExact(b)) return withDevices(a, eachOf(b));
  if (isExact(a)) return withDevices(b, eachOf(a));
  const [highest, other] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')];
  for (const [index, one] of other.entries()) if (one > (highest[index] ?? 0)) highest[index] = one;
  return highest.toString('latin1');
}

/** How many devices there were. */
export const countDevices = (sketch: DeviceSketch): number =>
  isExact(sketch) ? (sketch.length - 1) / HASH_CHARACTERS : Math.round(estimate(sketch.slice(1)));

function raised(registers: string, hashes: Iterable<string>): string {
  const ranks = Buffer.from(registers, 'latin1');
  for (const hash of hashes) {
    const bits = Buffer.from(hash, 'base64url').readUIntBE(0, HASH_BYTES);
    const index = Math.floor(bits / 2 ** RANK_BITS);
    const rest = bits % 2 ** RANK_BITS;
    // The place of the first one among the remaining bits, counted from 1.
    const rank = rest === 0 ? RANK_BITS + 1 : RANK_BITS - Math.floor(Math.log2(rest));
    if (rank + ZERO > (ranks[index] ?? 0)) ranks[index] = rank + ZERO;
  }
  return ranks.toString('latin1');
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
