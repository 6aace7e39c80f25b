import { Aggregate } from '@mo-ledger/event-sourcing';
import { OrganizationChanged, OrganizationProvisioned, type OrganizationEvent } from './organization.events.js';

/** What is provisioned; null where the organization is unknown. */
type OrganizationState = { readonly name: string; readonly keyHash: string | null } | null;

/** A customer, whose gateway account posts to a URL of its own. */
export class Organization extends Aggregate<OrganizationState, OrganizationEvent> {
  constructor() {
    super(null, (_state, { data: { name, keyHash } }) => ({ name, keyHash }));
  }

  /**
   * Provisions or changes it; what is already so is quiet.
   *
   * @param keyHash of the key of its inbound URL: null removes it, undefined leaves it as it is
   * @param at ISO 8601 UTC
   */
  provision(organization: string, name: string, keyHash: string | null | undefined, at: string): void {
    const { state } = this;
    const wanted = { organization, name, keyHash: keyHash === undefined ? (state?.keyHash ?? null) : keyHash, at };
    if (!state) this.record(new OrganizationProvisioned(wanted));
    else if (state.name !== wanted.name || state.keyHash !== wanted.keyHash)
      this.record(new OrganizationChanged(wanted));
  }
}
