import { Event, type NewEvent } from '@mo-ledger/event-sourcing';
import { connectEventLog } from './index.js';
import { FixedAddress } from './testing/fixed-address.js';
import { MisbehavingServer } from './testing/misbehaving-server.js';

class Counted extends Event('Counted')<{ n: number }> {}

const event = (n: number): NewEvent => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  event: new Counted({ n }),
  metadata: { $correlationId: 'c', $causationId: 'c', recordedBy: 'spec', schemaVersion: 1 },
});

/** However slow the machine is. */
const PATIENT = { timeoutMs: 60_000 };

describe('a connection on which nothing comes back any more', () => {
  const server = new MisbehavingServer();
  let address: FixedAddress;
  beforeAll(async () => {
    await server.start();
    address = await FixedAddress.open();
    address.forwardTo(server.port);
  });
  afterAll(async () => {
    await address.close();
    server.close();
  });

  it('is replaced by another one, not only by another client on the same one', async () => {
    const log = connectEventLog({ url: address.url });
    await log.append('s', [event(1)], 'no_stream');
    address.wedge();
    await expect(log.append('s', [event(2)], 0n, PATIENT)).resolves.toMatchObject({ revision: 1n });
    await log.close();
  });
});
