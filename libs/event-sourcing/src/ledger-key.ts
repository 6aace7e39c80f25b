import { hash } from 'node:crypto';

declare const brand: unique symbol;
/** A string that only the functions of one place can make. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };
/** Our id of a message, status notification or quarantined post: 32 hex digits that give nothing personal away. */
export type LedgerId = Brand<'LedgerId'>;
/** An event's id, a UUID. */
export type EventId = Brand<'EventId'>;

/** `LEDGER_KEY` is no key. */
export class InvalidLedgerKey extends Error {
  readonly code = 'INVALID_LEDGER_KEY';
  constructor() {
    super('LEDGER_KEY: must be 32 bytes in hex (64 digits), for example from `openssl rand -hex 32`');
  }
}

/** What SHA-256 takes in at a time, and what comes out of it, in bytes. */
const BLOCK = 64;
const DIGEST = 32;

/**
 * Derives ids from `LEDGER_KEY`, so that the same natural key always gets the same id and nobody without the key can tell
 * whose it is (ARCHITECTURE.md, Personal data).
 */
export class LedgerKey {
  // HMAC-SHA-256 is two hashes, each begun with a block of the key (RFC 2104). With one-shot hashes it takes 0.8 µs, with Node's
  // Hmac 1.9 µs, and every message needs several.
  readonly #inner: Buffer;
  /** The block, and room for the inner digest. */
  readonly #outer: Buffer;

  /** @param hex 32 bytes in hex. Throws InvalidLedgerKey on anything else. */
  constructor(hex: string) {
    if (!/^[0-9a-f]{64}$/i.test(hex)) throw new InvalidLedgerKey();
    this.#inner = Buffer.alloc(BLOCK, 0x36);
    this.#outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
    for (const [i, byte] of Buffer.from(hex, 'hex').entries()) {
      // Both are longer than the key.
      this.#inner[i]! ^= byte;
      this.#outer[i]! ^= byte;
    }
  }

  /** 32 hex digits for a natural key. `purpose` keeps the ids of different kinds of things apart. */
  id(purpose: string, ...parts: readonly (string | number | null)[]): LedgerId {
    return this.#digest(purpose, parts).slice(0, 32) as LedgerId;
  }

  /** A UUID (version 8) for a natural key. */
  uuid(purpose: string, ...parts: readonly (string | number | null)[]): EventId {
    const hex = this.#digest(purpose, parts);
    const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
    const [low, mid, high] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16)];
    return `${low}-${mid}-8${high}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as EventId;
  }

  /** Tells two keys apart without giving either away. */
  get fingerprint(): string {
    return this.id('fingerprint');
  }

  // JSON keeps the parts apart, whatever they contain, and is well-formed for lone surrogates too.
  #digest(purpose: string, parts: readonly (string | number | null)[]): string {
    const text = JSON.stringify([purpose, ...parts]);
    // A UTF-16 unit is three bytes of UTF-8 at most.
    const message = Buffer.allocUnsafe(BLOCK + 3 * text.length);
    message.set(this.#inner);
    const length = BLOCK + message.write(text, BLOCK);
    this.#outer.write(hash('sha256', message.subarray(0, length), 'hex'), BLOCK, 'hex');
    return hash('sha256', this.#outer, 'hex');
  }
}
