import { all, Filter, Instant, is, isShort, within, writtenDevices, type Condition } from '@mo-ledger/read-model-kit';
import { sameText, sql } from '@mo-ledger/read-store';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { KINDS, OUTCOMES, type AttemptKind, type AttemptOutcome } from './attempt.js';

/** What attempts are narrowed by, in lists, summaries and exports alike. */
export class AttemptFilters {
  @Filter() organization?: string;
  @Filter() carrier?: string;
  @Filter() channel?: string;
  @Filter() router?: string;
  @Filter() code?: string;
  @Filter('as it was written or in E.164, with or without the plus') device?: string;
  @Filter() messageId?: string;
  @ApiPropertyOptional({ enum: KINDS }) @IsOptional() @IsIn(KINDS) kind?: AttemptKind;
  @ApiPropertyOptional({ enum: OUTCOMES }) @IsOptional() @IsIn(OUTCOMES) outcome?: AttemptOutcome;
  @Instant('inclusive') from?: Date;
  @Instant('exclusive') to?: Date;
}

/** The conditions of these filters on the rows of `attempts`. */
export const attemptsWhere = (filters: AttemptFilters): Condition =>
  all([
    isShort('organization', filters.organization),
    is('carrier', filters.carrier),
    is('channel', filters.channel),
    is('router', filters.router),
    is('code', filters.code),
    filters.device === undefined ? null : isFrom(filters.device),
    is('message_id', filters.messageId),
    isWord('kind', filters.kind),
    isWord('outcome', filters.outcome),
    within('at', filters),
  ]);

/** Devices are rare, and whole columns are compared as well so that the planner knows it: it has no figures of an index that is empty. */
function isFrom(device: string): Condition {
  const { e164, asWritten } = writtenDevices(device);
  const same = (column: string, value: string) =>
    sql`(${sameText(column, value)} and ${sql.ref(column)} = ${value}::text)`;
  const otherwise = asWritten.map((written) => same('device_otherwise', written));
  return sql<boolean>`(${sql.join([same('device_e164', e164), ...otherwise], sql` or `)})`;
}

/** One of a few fixed words: a literal, so that partial indexes serve. */
const isWord = (column: string, value: AttemptKind | AttemptOutcome | undefined): Condition | null =>
  value === undefined ? null : sql<boolean>`${sql.ref(column)} = ${sql.lit(value)}`;
