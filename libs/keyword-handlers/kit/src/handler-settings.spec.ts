import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  ArrayUnique,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { defineKeywordHandler } from './index.js';

class Question {
  @IsString() id!: string;
  @IsInt() @Min(1) points = 1;
}
class QuizSettings {
  @ValidateNested({ each: true }) @Type(() => Question) @ArrayMinSize(1) questions!: Question[];
  @IsInt() @Min(1) @Max(10) attempts = 1;
  @IsOptional() @IsIn(['EN', 'DE']) language?: string;
  @IsString({ each: true }) @ArrayUnique() tags: string[] = [];
}
const quiz = defineKeywordHandler({ name: 'quiz', settings: QuizSettings, decide: () => undefined });
const bare = defineKeywordHandler({ name: 'bare', decide: () => undefined });

describe("a program's settings", () => {
  it('are plain JSON with the defaults filled in', () => {
    const value = { questions: [{ id: 'Q1', points: 1 }], attempts: 3, tags: [] };
    expect(quiz.parseSettings({ questions: [{ id: 'Q1' }], attempts: 3 })).toStrictEqual({ value });
  });

  it('are refused with the path of each field that is wrong', () => {
    const fields = (raw: unknown) => {
      const parsed = quiz.parseSettings(raw);
      return 'errors' in parsed ? parsed.errors.map(({ field }) => field).sort() : [];
    };
    expect(fields({ questions: [{ id: 'Q1', points: 0 }, { id: 2 }], attempts: 11, colour: 'red' })).toEqual([
      'settings.attempts',
      'settings.colour',
      'settings.questions.0.points',
      'settings.questions.1.id',
    ]);
    expect(fields({})).toEqual(['settings.questions']);
    expect(fields(undefined)).toEqual(['settings.questions']);
    for (const raw of [null, [], 'x', 1]) expect(fields(raw)).toEqual(['settings']);
  });

  it('are none for a handler that has none', () => {
    expect(bare.parseSettings(undefined)).toStrictEqual({ value: {} });
    expect(bare.parseSettings({ choices: ['A'] })).toMatchObject({ errors: [{ field: 'settings.choices' }] });
  });
});

describe('the JSON Schema of settings', () => {
  it('says what the validators say', () => {
    expect(quiz.settingsSchema).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        questions: { type: 'array', items: { $ref: '#/definitions/Question' }, minItems: 1 },
        attempts: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
        language: { type: 'string', enum: ['EN', 'DE'] },
        tags: { type: 'array', items: { type: 'string' }, uniqueItems: true, default: [] },
      },
      required: ['questions'],
      additionalProperties: false,
      definitions: {
        Question: {
          type: 'object',
          properties: { id: { type: 'string' }, points: { type: 'integer', minimum: 1, default: 1 } },
          required: ['id'],
          additionalProperties: false,
        },
      },
    });
  });

  it('is an object without fields for a handler that has no settings', () => {
    expect(bare.settingsSchema).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...{ type: 'object', properties: {}, additionalProperties: false },
    });
  });
});
