import { Event } from '@mo-ledger/event-sourcing';

interface Organization {
  readonly organization: string;
  readonly name: string;
  /** The key of its inbound URL, hashed with LEDGER_KEY; null where the URL has none. */
  readonly keyHash: string | null;
  readonly at: string;
}

export class OrganizationProvisioned extends Event('OrganizationProvisioned')<Organization> {}
/** Its name or key was replaced. */
export class OrganizationChanged extends Event('OrganizationChanged')<Organization> {}

export type OrganizationEvent = OrganizationProvisioned | OrganizationChanged;
export const ORGANIZATION_EVENTS = [OrganizationProvisioned, OrganizationChanged] as const;
