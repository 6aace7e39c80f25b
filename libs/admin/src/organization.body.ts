import { IsNotEmpty, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { SHORTEST_KEY } from '@mo-ledger/organizations';

export class OrganizationBody {
  @MaxLength(200)
  @IsNotEmpty()
  @IsString()
  name!: string;

  /** Of its inbound URL: left out it stays, null removes it. */
  @MaxLength(200)
  @MinLength(SHORTEST_KEY)
  @IsString()
  @IsOptional()
  key?: string | null;
}
