import { ReadModels } from '@mo-ledger/projections';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { MESSAGE_COLUMNS, toMessageItem, type MessageItem } from './message-item.js';
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
    const since = (column: 'position' | 'routed_position') =>
      db
        .selectFrom('messages')
        .select(MESSAGE_COLUMNS)
        .where(column, '>', String(after))
        .orderBy(column)
        .limit(AT_ONCE)
        .execute();
    const [recorded, routed] = [await since('position'), await since('routed_position')];
    const changes = [
      ...recorded.map((row) => ({
        position: BigInt(row.position),
        type: 'message' as const,
        message: toMessageItem(row),
      })),
      ...routed.map((row) => ({
        position: BigInt(row.routed_position ?? 0),
        type: 'routed' as const,
        message: toMessageItem(row),
      })),
    ].sort((a, b) => (a.position < b.position ? -1 : 1));
    // Of each kind at least this many are complete: what comes after the first `AT_ONCE` of them may lack some of the other kind.
    const complete = changes.slice(0, AT_ONCE);
    return { changes: complete, position: complete.at(-1)?.position ?? after };
  }
}
