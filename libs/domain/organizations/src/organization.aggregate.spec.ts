import { specify } from '@mo-ledger/event-sourcing';
import { Organization } from './organization.aggregate.js';
import { OrganizationChanged, OrganizationProvisioned, type OrganizationEvent } from './organization.events.js';

const [at, later] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
const acme = { organization: 'acme', name: 'Acme', keyHash: null, at };
const provisioned = new OrganizationProvisioned(acme);
const keyed = new OrganizationProvisioned({ ...acme, keyHash: 'k1' });

describe('an organization', () => {
  const { given } = specify<Organization['state'], OrganizationEvent, Organization>(() => new Organization());

  it('is provisioned with a key or without', () => {
    given()
      .when((o) => o.provision('acme', 'Acme', undefined, at))
      .then(provisioned);
    given()
      .when((o) => o.provision('acme', 'Acme', 'k1', at))
      .then(keyed);
  });

  it('is quiet where nothing changes', () => {
    given(keyed)
      .when((o) => o.provision('acme', 'Acme', 'k1', later))
      .thenNothing();
    given(provisioned)
      .when((o) => o.provision('acme', 'Acme', null, later))
      .thenNothing();
  });

  it('keeps its key where the key is left out', () => {
    given(keyed)
      .when((o) => o.provision('acme', 'Acme Ltd', undefined, later))
      .then(new OrganizationChanged({ organization: 'acme', name: 'Acme Ltd', keyHash: 'k1', at: later }));
  });

  it('replaces and removes its key', () => {
    given(keyed)
      .when((o) => o.provision('acme', 'Acme', 'k2', later))
      .then(new OrganizationChanged({ ...acme, keyHash: 'k2', at: later }));
    given(keyed)
      .when((o) => o.provision('acme', 'Acme', null, later))
      .then(new OrganizationChanged({ ...acme, at: later }));
  });
});
