import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

export class QuizQuestion {
  /** What the text names it by, one word: `QUIZ <id> <answer>`. */
  @MaxLength(16)
  @IsNotEmpty()
  @IsString()
  id!: string;

  /** Every answer that counts as right. */
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @MaxLength(100, { each: true })
  @IsNotEmpty({ each: true })
  @IsString({ each: true })
  answers!: string[];

  @Max(1_000)
  @Min(1)
  @IsInt()
  points = 1;
}

export class QuizSettings {
  @ArrayUnique((question: QuizQuestion | null) => question?.id)
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => QuizQuestion)
  questions!: QuizQuestion[];

  /** How often a subscriber may answer a question. */
  @Max(100)
  @Min(1)
  @IsInt()
  attempts = 1;
}
