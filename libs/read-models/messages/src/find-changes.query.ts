import { ReadModels } from '@mo-ledger/projections';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { MESSAGE_COLUMNS, toMessageItem, type MessageItem, type MessageRow } from './message-item.js';
import { messages } from './messages.projection.js';

const AT_ONCE = 200;

/** Something new about a message: it was recorded, or it was routed. */
export interface MessageChange {
  /** The position of what is new: changes come in this order, and it is the id to go on from. */
  readonly position: bigint;
  readonly type: 'message' | 'routed';
  /** The message as it is now. */
  readonly message: MessageItem;
}

export interface Changes {
  readonly changes: readonly MessageChange[];
  /** Where to go on. */
  readonly position: bigint;
}

/** What is new after a position; null asks only where the read model stands. */
export class FindChanges extends Query<Changes> {
  constructor(readonly after: bigint | null) {
    super();
  }
}

@QueryHandler(FindChanges)
export class FindChangesHandler implements IQueryHandler<FindChanges> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ after }: FindChanges): Promise<Changes> {
    const { db } = await this.readModels.of(messages);
    if (after === null) {
      const last = await db
        .selectFrom('messages')
        .select(sql<string>`greatest(max(position), max(routed_position), -1)`.as('position'))
        .executeTakeFirst();
      return { changes: [], position: BigInt(last?.position ?? -1) };
    }
    const since = (type: MessageChange['type'], column: 'position' | 'routed_position') =>
      db
        .selectFrom('messages')
        .select([...MESSAGE_COLUMNS, sql.lit(type).as('type'), sql.ref<string>(column).as('at')])
        .where(column, '>', String(after))
        .orderBy(column)
        .limit(AT_ONCE);
    // One statement sees one moment: a message that is recorded and routed between two would be told as routed alone.
    const { rows } = await sql<MessageRow & { readonly type: MessageChange['type']; readonly at: string }>`
      (${since('message', 'position')}) union all (${since('routed', 'routed_position')}) order by at limit ${AT_ONCE}`.execute(
      db,
    );
    const changes = rows.map((row) => ({ position: BigInt(row.at), type: row.type, message: toMessageItem(row) }));
    return { changes, position: changes.at(-1)?.position ?? after };
  }
}
