import type { LedgerKey } from '@mo-ledger/event-sourcing';

/** The fewest characters of the key of an inbound URL (API.md, Admin API). */
export const SHORTEST_KEY = 16;

/** How the key of an organization's inbound URL is stored, and what a post's key is compared with. */
export const hashOrganizationKey = (ledgerKey: LedgerKey, organization: string, key: string): string =>
  ledgerKey.id('organization key', organization, key);

/** The key of an organization's inbound URL is too short to be a secret. */
export class OrganizationKeyTooShort extends Error {
  readonly code = 'ORGANIZATION_KEY_TOO_SHORT';
  readonly field = 'key';
  constructor() {
    super(`the key must have at least ${SHORTEST_KEY} characters`);
  }
}
