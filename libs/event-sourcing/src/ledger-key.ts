import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

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

/**
 * Derives ids from `LEDGER_KEY`, so that the same natural key always gets the same id and nobody without the key can tell
 * whose it is (ARCHITECTURE.md, Personal data).
 */
export class LedgerKey {
  // A KeyObject makes an HMAC five times as fast as the bytes, which Node would wrap each time.
  readonly #key: KeyObject;

  /** @param hex 32 bytes in hex. Throws InvalidLedgerKey on anything else. */
  constructor(hex: string) {
    if (!/^[0-9a-f]{64}$/i.test(hex)) throw new InvalidLedgerKey();
    this.#key = createSecretKey(hex, 'hex');
  }

  /** 32 hex digits for a natural key. `purpose` keeps the ids of different kinds of things apart. */
  id(purpose: string, ...parts: readonly (string | number | null)[]): LedgerId {
    return this.#digest(purpose, parts).toString('hex', 0, 16) as LedgerId;
  }

  /** A UUID (version 8) for a natural key. */
  uuid(purpose: string, ...parts: readonly (string | number | null)[]): EventId {
    const bytes = this.#digest(purpose, parts).subarray(0, 16);
    // The index is in range: the slice has 16 bytes.
    bytes[6] = (bytes[6]! & 0x0f) | 0x80;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as EventId;
  }

  /** Tells two keys apart without giving either away. */
  get fingerprint(): string {
    return this.id('fingerprint');
  }

  // JSON keeps the parts apart, whatever they contain, and is well-formed for lone surrogates too.
  #digest(purpose: string, parts: readonly (string | number | null)[]): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest();
  }
}
