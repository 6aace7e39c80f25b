import { all, Filter, Instant, is, isDevice, isShort, within, type Condition } from '@mo-ledger/read-model-kit';
import { sql } from '@mo-ledger/read-store';
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
    isDevice(filters.device, { address: 'device_otherwise', e164: 'device_e164' }),
    is('message_id', filters.messageId),
    isWord('kind', filters.kind),
    isWord('outcome', filters.outcome),
    within('at', filters),
  ]);

/** One of a few fixed words: a literal, so that partial indexes serve. */
const isWord = (column: string, value: AttemptKind | AttemptOutcome | undefined): Condition | null =>
  value === undefined ? null : sql<boolean>`${sql.ref(column)} = ${sql.lit(value)}`;
