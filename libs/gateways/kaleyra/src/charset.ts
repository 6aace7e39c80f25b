import { isAscii, isUtf8 } from 'node:buffer';

/** How the bytes of a post became characters. */
export interface Decoded {
  readonly texts: readonly string[];
  /** `utf-8`, the charset as it was declared (in lower case), or `windows-1252`. */
  readonly decoding: string;
  /** Neither UTF-8 nor what was declared: windows-1252 reads everything, so this is a guess. */
  readonly fallback: boolean;
}

/**
 * Decodes all texts of a post alike: strict UTF-8, else the declared charset (any WHATWG label), else windows-1252.
 *
 * @param contentType the header, or null
 */
export function decodeTexts(bytes: readonly Buffer[], contentType: string | null): Decoded {
  if (bytes.every((text) => isUtf8(text)))
    return { texts: bytes.map((text) => text.toString('utf8')), decoding: 'utf-8', fallback: false };
  const declared = declaredCharset(contentType);
  const texts = declared && decodeAs(declared, bytes);
  if (texts) return { texts, decoding: declared, fallback: false };
  return { texts: decodeAs('windows-1252', bytes) ?? [], decoding: 'windows-1252', fallback: true };
}

function declaredCharset(contentType: string | null): string | null {
  const match = contentType && /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  return match ? (match[1] ?? match[2] ?? '').trim().toLowerCase() : null;
}

/** Null for a label that is none, and for bytes that are not of that charset. */
function decodeAs(label: string, bytes: readonly Buffer[]): string[] | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
    // A form's names and numbers are ASCII whatever its texts are in.
    const asciiApart = decoder.encoding.startsWith('utf-16');
    return bytes.map((text) => (asciiApart && isAscii(text) ? text.toString('latin1') : decoder.decode(text)));
  } catch {
    return null;
  }
}
