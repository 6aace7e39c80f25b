import type { EventLog } from '@mo-ledger/event-sourcing';
import { CommandRefused } from './refusals.js';

/** Throws CommandRefused where nobody provisioned the organization. They are never deleted, so looking once is enough. */
export async function refuseUnknownOrganization(log: EventLog, organization: string): Promise<void> {
  for await (const _first of log.readStream(`organization-${organization}`, { limit: 1 })) return;
  const message = `there is no organization ${organization}`;
  throw new CommandRefused('ORGANIZATION_UNKNOWN', message, [{ field: 'organization', message }]);
}
