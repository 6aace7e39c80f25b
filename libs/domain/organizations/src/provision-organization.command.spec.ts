import { InMemoryEventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { hashOrganizationKey } from './organization-key.js';
import { ProvisionOrganization, ProvisionOrganizationHandler } from './provision-organization.command.js';

const KEY = 'a-key-of-the-inbound-url';
const ledgerKey = new LedgerKey('ab'.repeat(32));

describe('provisioning an organization', () => {
  let commands = 0;
  const start = () => {
    const log = new InMemoryEventLog();
    const handler = new ProvisionOrganizationHandler(log, ledgerKey, 'admin-api');
    const provision = (name: string, key?: string | null) =>
      handler.execute(
        new ProvisionOrganization('acme', name, key, { commandId: `c${++commands}`, at: '2026-01-01T00:00:00.000Z' }),
      );
    const events = async () => {
      const recorded = [];
      for await (const event of log.readStream('organization-acme')) recorded.push(event);
      return recorded;
    };
    return { provision, events };
  };

  it('says whether it was created, and where its last change stands', async () => {
    const { provision, events } = start();
    const created = await provision('Acme');
    expect(created.created).toBe(true);
    expect(await provision('Acme')).toEqual({ created: false, position: created.position });
    const changed = await provision('Acme Ltd');
    expect(changed).toEqual({ created: false, position: (await events())[1]?.position });
    expect(await events()).toHaveLength(2);
  });

  it('stores the key as a hash only', async () => {
    const { provision, events } = start();
    await provision('Acme', KEY);
    const [event] = await events();
    expect(event?.data).toMatchObject({ keyHash: hashOrganizationKey(ledgerKey, 'acme', KEY) });
    expect(JSON.stringify(event?.data)).not.toContain(KEY);
  });

  it('refuses a key that is too short to be a secret', async () => {
    const { provision, events } = start();
    await expect(provision('Acme', 'fifteen-letters')).rejects.toMatchObject({ code: 'ORGANIZATION_KEY_TOO_SHORT' });
    expect(await events()).toEqual([]);
  });

  it('is done once where twenty do it at the same time', async () => {
    const { provision, events } = start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => provision('Acme')));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });
});
