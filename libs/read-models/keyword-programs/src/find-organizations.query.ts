import { Problem } from '@mo-ledger/http';
import { ReadModels, type RowOf } from '@mo-ledger/projections';
import { all, Keyset, type ListQuery, type Page } from '@mo-ledger/read-model-kit';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { keywordPrograms } from './keyword-programs.projection.js';
import type { keywordProgramsTables } from './keyword-programs.tables.js';

export class FindOrganizations extends Query<Page<OrganizationItem>> {
  constructor(readonly filters: ListQuery) {
    super();
  }
}

export class ReadOrganization extends Query<OrganizationItem> {
  constructor(readonly organization: string) {
    super();
  }
}

const byName = new Keyset('organizations', [{ column: 'organization', kind: 'text' }], 'asc');

@QueryHandler(FindOrganizations)
export class FindOrganizationsHandler implements IQueryHandler<FindOrganizations> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filters: { limit, cursor } }: FindOrganizations): Promise<Page<OrganizationItem>> {
    const { db } = await this.readModels.of(keywordPrograms);
    const rows = await db
      .selectFrom('organizations')
      .selectAll()
      .where(all([cursor === undefined ? null : byName.after(cursor)]))
      .orderBy(byName.order)
      .limit(limit + 1)
      .execute();
    return byName.page(rows, limit, toItem);
  }
}

@QueryHandler(ReadOrganization)
export class ReadOrganizationHandler implements IQueryHandler<ReadOrganization> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ organization }: ReadOrganization): Promise<OrganizationItem> {
    const { db } = await this.readModels.of(keywordPrograms);
    const row = await db
      .selectFrom('organizations')
      .selectAll()
      .where('organization', '=', organization)
      .executeTakeFirst();
    if (!row) throw new Problem(404, `There is no organization ${organization}.`);
    return toItem(row);
  }
}

/** Its key is never shown, only whether its inbound URL has one. */
const toItem = (row: RowOf<typeof keywordProgramsTables.organizations>) => ({
  organization: row.organization,
  name: row.name,
  hasKey: row.has_key,
  provisionedAt: row.provisioned_at,
  changedAt: row.changed_at,
});
export type OrganizationItem = ReturnType<typeof toItem>;
