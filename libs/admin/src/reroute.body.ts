import { IsBoolean, IsOptional } from 'class-validator';

export class RerouteBody {
  /** Without it no opt-out is lifted and nobody joins. */
  @IsBoolean()
  @IsOptional()
  applyConsent?: boolean | null;
}
