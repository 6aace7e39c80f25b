import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Repository, type EventLog, type LedgerKey } from '@mo-ledger/event-sourcing';
import { hashOrganizationKey, OrganizationKeyTooShort, SHORTEST_KEY } from './organization-key.js';
import { Organization } from './organization.aggregate.js';
import type { OrganizationEvent } from './organization.events.js';

export interface OrganizationProvisioning {
  readonly created: boolean;
  /** The commit position of its last change, by this command or before. */
  readonly position: bigint;
}

/** Create an organization, or replace its name and key. */
export class ProvisionOrganization extends Command<OrganizationProvisioning> {
  /** @param key of its inbound URL: null removes it, undefined leaves it as it is */
  constructor(
    readonly organization: string,
    readonly name: string,
    readonly key: string | null | undefined,
    /** The command's own id, and when the operator sent it (ISO 8601 UTC). */
    readonly operation: { readonly commandId: string; readonly at: string },
  ) {
    super();
  }
}

/** Throws OrganizationKeyTooShort. */
@CommandHandler(ProvisionOrganization)
export class ProvisionOrganizationHandler implements ICommandHandler<ProvisionOrganization> {
  readonly #organizations: Repository<Organization['state'], OrganizationEvent, Organization>;

  constructor(
    log: EventLog,
    private readonly ledgerKey: LedgerKey,
    private readonly recordedBy: string,
  ) {
    this.#organizations = new Repository(log, 'organization', () => new Organization());
  }

  async execute({ organization, name, key, operation }: ProvisionOrganization): Promise<OrganizationProvisioning> {
    if (typeof key === 'string' && key.length < SHORTEST_KEY) throw new OrganizationKeyTooShort();
    const keyHash = typeof key === 'string' ? hashOrganizationKey(this.ledgerKey, organization, key) : key;
    const { commandId, at } = operation;
    const { events, position } = await this.#organizations.execute(
      organization,
      (aggregate) => aggregate.provision(organization, name, keyHash, at),
      {
        eventId: (index) => this.ledgerKey.uuid('command', commandId, index),
        metadata: {
          $correlationId: commandId,
          $causationId: commandId,
          recordedBy: this.recordedBy,
          schemaVersion: 1,
        },
      },
    );
    return { created: events[0]?.type === 'OrganizationProvisioned', position: position ?? 0n };
  }
}
