import { InMemoryEventLog, LedgerKey, NotReadable, type SubscribeOptions } from '@mo-ledger/event-sourcing';
import { ProvisionOrganization, ProvisionOrganizationHandler } from '@mo-ledger/organizations';
import { OrganizationDirectory } from './organization-directory.js';

const key = new LedgerKey('0'.repeat(64));

class Counting extends InMemoryEventLog {
  reads = 0;
  away = false;
  override async *readStream(...args: Parameters<InMemoryEventLog['readStream']>) {
    this.reads++;
    if (this.away) throw new NotReadable('away');
    yield* super.readStream(...args);
  }
  override async *readAll(...args: Parameters<InMemoryEventLog['readAll']>) {
    if (this.away) throw new NotReadable('away');
    yield* super.readAll(...args);
  }
  override async *subscribe(options: SubscribeOptions) {
    if (this.away) throw new NotReadable('away');
    yield* super.subscribe(options);
  }
}

describe('the directory of organizations', () => {
  let log: Counting;
  let directory: OrganizationDirectory;
  let commands = 0;
  beforeEach(() => {
    log = new Counting();
    directory = new OrganizationDirectory(log);
  });
  afterEach(() => directory.stop());
  const provision = async (organization: string, secret?: string | null) => {
    const operation = { commandId: `${commands++}`, at: '2026-01-01T00:00:00.000Z' };
    const handler = new ProvisionOrganizationHandler(log, key, 'spec');
    const { position } = await handler.execute(new ProvisionOrganization(organization, 'Name', secret, operation));
    return position;
  };
  const connected = async () => {
    while (!directory.connected) await new Promise((resolve) => setImmediate(resolve));
  };

  it('reads a known organization once, and an unknown one each time', async () => {
    await provision('acme');
    directory.start();
    await connected();
    const before = log.reads;
    for (let i = 0; i < 3; i++) expect(await directory.find('acme')).toMatchObject({ name: 'Name', keyHash: null });
    expect(log.reads - before).toBe(1);
    for (let i = 0; i < 3; i++) expect(await directory.find('nobody')).toBeNull();
    expect(log.reads - before).toBe(4);
  });

  it('knows a change once its position is reached', async () => {
    await provision('acme');
    directory.start();
    await directory.find('acme');
    for (const secret of ['a secret of the URL', null, 'another secret of it']) {
      await directory.waitFor(await provision('acme', secret));
      expect((await directory.find('acme'))?.keyHash === null).toBe(secret === null);
    }
  });

  it('says so where it does not get there in time', async () => {
    directory.start();
    await expect(directory.waitFor(10_000n, 10)).rejects.toMatchObject({ code: 'DIRECTORY_BEHIND' });
  });

  it('says nothing of an organization while the store is away, and finds it when it is back', async () => {
    await provision('acme');
    log.away = true;
    directory.start();
    await expect(directory.find('acme')).rejects.toBeInstanceOf(NotReadable);
    expect(directory.connected).toBe(false);
    log.away = false;
    expect(await directory.find('acme')).toMatchObject({ name: 'Name' });
    await connected();
    await directory.waitFor(await provision('acme', 'a secret of the URL'));
    expect((await directory.find('acme'))?.keyHash).not.toBeNull();
  });
});
