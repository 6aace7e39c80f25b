import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { CodeSettings } from '@mo-ledger/codes';
import { IsName } from './names.js';

export class CodeBody {
  @IsIn(['SHORT', 'LONG'])
  type!: CodeSettings['type'];

  @IsIn(['DEDICATED', 'SHARED'])
  sharing!: CodeSettings['sharing'];

  @IsIn(['ALL', 'KEYWORDS'])
  forwarding!: CodeSettings['forwarding'];

  @IsName()
  @IsOptional()
  organization?: string | null;

  @IsBoolean()
  @IsOptional()
  forwardsOptOut?: boolean | null;

  @MaxLength(100, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(100)
  @IsArray()
  @IsOptional()
  optOutWords?: string[] | null;
}

export const codeSettings = (body: CodeBody): CodeSettings => ({
  type: body.type,
  sharing: body.sharing,
  forwarding: body.forwarding,
  organization: body.organization ?? null,
  forwardsOptOut: body.forwardsOptOut ?? false,
  optOutWords: body.optOutWords ?? [],
});
