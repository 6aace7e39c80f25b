import { CodeProvisioned, ProgramProvisioned, type CodeSettings, type ProgramSettings } from '@mo-ledger/codes';
import { at, matched as matchedMessage } from '@mo-ledger/messages-read-model/testing';
import { OrganizationProvisioned } from '@mo-ledger/organizations';
import { OptedOut, ProgramJoined, type KeywordMatched } from '@mo-ledger/subscribers';

export const organization = (name: string, keyHash: string | null = null) =>
  new OrganizationProvisioned({ organization: name, name: `The ${name}`, keyHash, at: at(0) });

export const code = (digits: string, more: Partial<CodeSettings> = {}) =>
  new CodeProvisioned({
    ...{ code: digits, type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' },
    ...{ forwardsOptOut: false, optOutWords: [], at: at(1) },
    ...more,
  });

export const program = (digits: string, id: string, more: Partial<ProgramSettings> = {}) =>
  new ProgramProvisioned({
    ...{ code: digits, program: id, organization: 'acme', name: `Program ${id}`, handler: 'join', keywords: [id] },
    ...{ match: 'FIRST', catchAll: false, startsAt: null, endsAt: null, settings: {}, at: at(2) },
    ...more,
  });

/** A device of the examples, by the last digits of its number. */
export const device = (last: number) => ({
  deviceAddress: `1404555${String(last).padStart(4, '0')}`,
  deviceE164: `+1404555${String(last).padStart(4, '0')}`,
});

/** What happens to one program; `seconds` are those of `at`. */
export const happenings = (digits: string, id: string) => ({
  matched: (last: number, seconds: number, more: Partial<KeywordMatched['data']> = {}) =>
    matchedMessage(`m${last}-${seconds}`, BigInt(seconds), {
      ...{ code: digits, program: id, receivedAt: at(seconds), ...device(last) },
      ...more,
    }),
  joined: (last: number, seconds: number, carrier = 'cingular') =>
    new ProgramJoined({
      ...{ ledgerId: `m${last}-${seconds}`, messageId: '1', code: digits, ...device(last), text: 'JOIN' },
      ...{ at: at(seconds), program: id, carrier },
    }),
  optedOut: (last: number, seconds: number, programs: readonly string[] = [id]) =>
    new OptedOut({
      ...{ ledgerId: `m${last}-${seconds}`, messageId: '1', code: digits, ...device(last), text: 'STOP' },
      ...{ at: at(seconds), confidence: 'EXACT', programs, reviewId: null },
    }),
});
