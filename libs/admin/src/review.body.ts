import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class ReviewBody {
  @IsIn(['OPT_OUT', 'DISMISS'])
  decision!: 'OPT_OUT' | 'DISMISS';

  /** The number to opt out, where the sender was malformed. */
  @MaxLength(20)
  @IsString()
  @IsOptional()
  deviceE164?: string | null;

  @MaxLength(2_000)
  @IsString()
  @IsOptional()
  note?: string | null;
}
