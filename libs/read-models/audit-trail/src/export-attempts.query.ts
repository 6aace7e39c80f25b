import { ReadModels } from '@mo-ledger/projections';
import { all, Keyset } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { AttemptFilters, attemptsWhere } from './attempt-filters.js';
import { toAttempt, type AttemptRow } from './attempt.js';
import { auditTrail } from './audit-trail.projection.js';
import { FORMATS, writers, type ExportFormat } from './export-formats.js';

/** The first page is small, so that the first byte is soon there. */
const FIRST_ROWS = 100;
const MOST_ROWS = 1_000;

/** The parameters of `GET /audit/export`. */
export class ExportFilters extends AttemptFilters {
  @ApiProperty({ enum: FORMATS }) @IsIn(FORMATS) format: ExportFormat = 'ndjson';
}

export interface Export {
  readonly contentType: string;
  /** The text, in pieces of a page of rows each; the next page is read when the last piece was taken. */
  readonly text: AsyncIterable<string>;
}

/** All attempts that there are now, oldest first. */
export class ExportAttempts extends Query<Export> {
  constructor(readonly filters: ExportFilters) {
    super();
  }
}

const oldestFirst = new Keyset(
  'export',
  [
    { column: 'at', kind: 'time' },
    { column: 'position', kind: 'position' },
  ],
  'asc',
);

@QueryHandler(ExportAttempts)
export class ExportAttemptsHandler implements IQueryHandler<ExportAttempts> {
  constructor(private readonly readModels: ReadModels) {}

  /** The first page is read before it answers, so that what cannot be answered is a problem and not a broken stream. */
  async execute({ filters }: ExportAttempts): Promise<Export> {
    const pages = this.#pages(filters);
    const first = await pages.next();
    return { contentType: writers[filters.format].contentType, text: written(filters.format, first, pages) };
  }

  /** By key, page after page, each a query of its own: whoever reads slowly holds nothing but his place. */
  async *#pages(filters: ExportFilters): AsyncGenerator<readonly AttemptRow[], undefined> {
    const end = await this.#end();
    let limit = FIRST_ROWS;
    for (let cursor: string | null = null; ; limit = MOST_ROWS) {
      const { db } = await this.readModels.of(auditTrail);
      const rows: readonly AttemptRow[] = await db
        .selectFrom('attempts')
        .selectAll()
        .where(all([attemptsWhere(filters), until(end), cursor === null ? null : oldestFirst.after(cursor)]))
        .orderBy(oldestFirst.order)
        .limit(limit)
        .execute();
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < limit) return;
      cursor = oldestFirst.cursorOf(last);
    }
  }

  /** An export ends, however fast attempts are added meanwhile. */
  async #end(): Promise<string> {
    const { db } = await this.readModels.of(auditTrail);
    const last = await db.selectFrom('attempts').select('position').orderBy('position', 'desc').limit(1).execute();
    return last[0]?.position ?? '-1';
  }
}

const until = (end: string) => sql<boolean>`position <= ${end}::int8`;

async function* written(
  format: ExportFormat,
  first: IteratorResult<readonly AttemptRow[], undefined>,
  pages: AsyncGenerator<readonly AttemptRow[], undefined>,
): AsyncGenerator<string> {
  const { head, write } = writers[format];
  if (head !== '') yield head;
  for (let page = first; !page.done; page = await pages.next()) {
    if (page.value.length > 0) yield page.value.map((row) => write(toAttempt(row))).join('');
  }
}
