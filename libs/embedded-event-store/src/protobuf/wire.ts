// The little of Protocol Buffers' wire format that the hot paths need. Everything else goes through the classes
// that the client's package generated.

/** Field tags: `(number << 3) | wire type`. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** A cursor over one message. A malformed message throws a RangeError, never reads outside it. */
export class WireReader {
  readonly buffer: Buffer;
  readonly end: number;
  at: number;

  constructor(buffer: Buffer, start = 0, end: number = buffer.length) {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned varint as a number; what is beyond 2^53 comes out as Infinity, which every rule treats as "too far". */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new RangeError('truncated message');
      const byte = this.buffer[this.at++] as number; // within the bounds just checked
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : Infinity;
      factor *= 128;
    }
    throw new RangeError('malformed varint');
  }

  /** The start of a length-delimited field; the cursor moves behind it. */
  bytes(): { start: number; end: number } {
    const length = this.varint();
    const start = this.at;
    const end = start + length;
    if (end > this.end) throw new RangeError('truncated message');
    this.at = end;
    return { start, end };
  }

  view(): Buffer {
    const { start, end } = this.bytes();
    return this.buffer.subarray(start, end);
  }

  text(): string {
    const { start, end } = this.bytes();
    return this.buffer.toString('utf8', start, end);
  }

  message(): WireReader {
    const { start, end } = this.bytes();
    return new WireReader(this.buffer, start, end);
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === BYTES) this.bytes();
    else if (wireType === FIXED64) this.at += 8;
    else if (wireType === FIXED32) this.at += 4;
    else throw new RangeError(`unknown wire type ${wireType}`);
    if (this.at > this.end) throw new RangeError('truncated message');
  }
}

/** How many bytes `value` (0 … 2^53) takes as a varint. */
export const varintLength = (value: number): number => {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
};

/** Writes `value` (0 … 2^53) at `at`; returns where the next byte goes. */
export const writeVarint = (buffer: Uint8Array, at: number, value: number): number => {
  let rest = value;
  let to = at;
  while (rest >= 0x80) {
    buffer[to++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  buffer[to++] = rest;
  return to;
};

/** A 64-bit value that may be above 2^53, as a varint. */
export const writeBigVarint = (buffer: Uint8Array, at: number, value: bigint): number => {
  let rest = BigInt.asUintN(64, value);
  let to = at;
  while (rest >= 0x80n) {
    buffer[to++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  buffer[to++] = Number(rest);
  return to;
};

/** The tag and the length of a length-delimited field whose tag takes one byte. */
export const writeHeader = (buffer: Uint8Array, at: number, tag: number, length: number): number => {
  buffer[at] = tag;
  return writeVarint(buffer, at + 1, length);
};

/** The size of a length-delimited field, header included. */
export const fieldLength = (length: number): number => 1 + varintLength(length) + length;
