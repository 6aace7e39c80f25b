import type { EventLog, Recorded } from '@mo-ledger/event-sourcing';
import { OrganizationProvisioned } from '@mo-ledger/organizations';

/** Answers every append at once and stores nothing; every organization exists. It shows the most that a receiver can do. */
export function nullEventLog(): EventLog {
  let position = 1000n;
  const never = new Promise<never>(() => undefined);
  return {
    append: async (_stream, events) => {
      // Every client has to serialise the event.
      for (const { event } of events) JSON.stringify(event.data);
      return { revision: 0n, position: (position += 10n) };
    },
    async *readStream(stream: string): AsyncIterable<Recorded> {
      const name = stream.replace(/^organization-/, '');
      const { type, data } = new OrganizationProvisioned({
        organization: name,
        name,
        keyHash: null,
        at: new Date(0).toISOString(),
      });
      const metadata = { $correlationId: '', $causationId: '', recordedBy: 'bench', schemaVersion: 1 };
      yield { type, data, stream, id: 'x', revision: 0n, position: 10n, created: new Date(0), metadata };
    },
    async *readAll(): AsyncIterable<Recorded> {},
    async *subscribe() {
      yield { kind: 'caught-up' as const };
      await never;
    },
    setMaxCount: async () => undefined,
    close: async () => undefined,
  };
}
