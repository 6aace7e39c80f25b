/** A field of a protobuf message: of a number its value, of what has a length that, and where it begins. False where it is not understood. */
export type OnField = (tag: number, valueOrLength: number, start: number) => boolean;

/** Reads a message's fields in their order. False for what is no message, or has fields of fixed length, which the store's do not have. */
export function eachField(bytes: Buffer, start: number, end: number, field: OnField): boolean {
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < end; factor *= 0x80) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  while (at < end) {
    const tag = varint();
    const value = varint();
    const from = at;
    if ((tag & 7) === 2) at += value;
    else if ((tag & 7) !== 0) return false;
    // Also false where the last number was cut off.
    if (!(value >= 0 && at <= end && field(tag, value, from))) return false;
  }
  return true;
}
