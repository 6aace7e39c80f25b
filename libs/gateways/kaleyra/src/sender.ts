import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import type { Sender } from '@mo-ledger/messages';

/**
 * Who sent it (GATEWAY.md, The sample's phone number). A number that only comes out once something is stripped is a candidate, for an
 * operator to look at: it may well be somebody else's.
 */
export function readSender(deviceAddress: string, countryCode: string | null): Sender {
  const written = deviceAddress.trim().replace(/^\+/, '');
  const deviceE164 = toE164(written, countryCode);
  const digits = deviceAddress.replace(/[^0-9]/g, '');
  const deviceE164Candidate = deviceE164 || digits === written ? null : toE164(digits, countryCode);
  return { deviceAddress, deviceE164, deviceE164Candidate };
}

// The longest number has fifteen digits; a little more leaves room for a prefix.
const DIGITS = /^[0-9]{1,20}$/;

function toE164(digits: string, countryCode: string | null): string | null {
  if (!DIGITS.test(digits)) return null;
  const dialling = countryCode?.trim().replace(/^\+/, '') ?? '';
  const national = /^[0-9]{1,3}$/.test(dialling) ? validNumber(`+${dialling}${digits}`, dialling) : null;
  return national ?? validNumber(`+${digits}`);
}

// People text more than once, and so does the gateway: reading a number takes 10 µs, finding it here less than 1.
const NOT_VALID = '';
const known = new LRUCache<string, string>({ max: 20_000 });

/** @param text a `+` and digits, short enough to be remembered */
function validNumber(text: string, dialling = ''): string | null {
  const key = `${dialling}${text}`;
  let number = known.get(key);
  if (number === undefined) {
    number = readNumber(text, dialling) ?? NOT_VALID;
    known.set(key, number);
  }
  return number === NOT_VALID ? null : number;
}

function readNumber(text: string, dialling: string): string | null {
  const number = parsePhoneNumberFromString(text, { extract: false });
  if (!number?.isValid() || (dialling !== '' && number.countryCallingCode !== dialling)) return null;
  return number.number;
}
