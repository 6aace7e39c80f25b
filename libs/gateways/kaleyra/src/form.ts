/** A field of a form-encoded body, its escapes undone, its characters not decoded yet. */
export interface RawField {
  readonly name: Buffer;
  readonly value: Buffer;
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * Splits a form-encoded body into its fields, in order. Escapes are undone on bytes, since the charset is not known before. A percent
 * sign that decodes to nothing stays what it is; a field without `=` is there, and empty.
 */
export function readForm(raw: Uint8Array): RawField[] {
  const fields: RawField[] = [];
  // What is unescaped is never longer than what was sent, so that one buffer holds it all.
  const unescaped = Buffer.allocUnsafe(raw.length);
  let at = 0;
  let start = 0;
  let equals = -1;
  const end = (sent: boolean) => {
    const name = unescaped.subarray(start, equals < 0 ? at : equals);
    const value = unescaped.subarray(equals < 0 ? at : equals, at);
    if (sent) fields.push({ name, value });
    start = at;
    equals = -1;
  };

  let fieldStart = 0;
  for (let i = 0; i < raw.length; i++) {
    // The index is in range.
    let byte = raw[i]!;
    if (byte === AMPERSAND) {
      end(i > fieldStart);
      fieldStart = i + 1;
      continue;
    }
    if (byte === EQUALS && equals < 0) {
      equals = at;
      continue;
    }
    if (byte === PLUS) byte = SPACE;
    if (byte === PERCENT) {
      const escaped = hexDigit(raw[i + 1]) * 16 + hexDigit(raw[i + 2]);
      if (!Number.isNaN(escaped)) {
        byte = escaped;
        i += 2;
      }
    }
    unescaped[at++] = byte;
  }
  end(raw.length > fieldStart);
  return fields;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return NaN;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN;
}
