import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import type { ProgramSettings } from '@mo-ledger/codes';
import { IsName } from './names.js';

// Without an offset it would mean another instant on each machine.
const IsInstant = (): PropertyDecorator => (target, property) => {
  const message = '$property must be a time in ISO 8601 with its offset, for example 2026-01-31T12:00:00Z';
  Matches(/^[^T]+(T.+(Z|[+-]\d\d:\d\d))?$/, { message })(target, property);
  IsISO8601({ strict: true, strictSeparator: true }, { message })(target, property);
};

export class ProgramBody {
  @IsName()
  organization!: string;

  /** Its id, where it is left out. */
  @MaxLength(200)
  @IsNotEmpty()
  @IsString()
  @IsOptional()
  name?: string | null;

  @MaxLength(64)
  @IsString()
  handler!: string;

  @MaxLength(100, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(1_000)
  @IsArray()
  @IsOptional()
  keywords?: string[] | null;

  @IsIn(['FIRST', 'ONLY'])
  @IsOptional()
  match?: ProgramSettings['match'] | null;

  @IsBoolean()
  @IsOptional()
  catchAll?: boolean | null;

  @IsInstant()
  @IsOptional()
  startsAt?: string | null;

  @IsInstant()
  @IsOptional()
  endsAt?: string | null;

  /** As the keyword handler wants them (`GET /handlers`). */
  @IsObject()
  @IsOptional()
  settings?: unknown;
}

/** The program without its handler's settings, which the handler reads. */
export const programSettings = (program: string, body: ProgramBody): Omit<ProgramSettings, 'settings'> => ({
  organization: body.organization,
  name: body.name ?? program,
  handler: body.handler,
  keywords: body.keywords ?? [],
  match: body.match ?? 'FIRST',
  catchAll: body.catchAll ?? false,
  startsAt: body.startsAt ?? null,
  endsAt: body.endsAt ?? null,
});
