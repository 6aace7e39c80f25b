import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

/** Whether it is a time that the database knows too: it has no year 0. */
export const isInstant = (date: Date): boolean => date.getUTCFullYear() >= 1;

/** An instant in a query parameter: ISO 8601; without an offset it is UTC. Anything else is no date. */
export function toInstant(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  // A `+` that was not encoded arrives as a space.
  const text = value.trim().replace(/ (\d\d:?\d\d)$/, '+$1');
  const parts = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (!parts) return new Date(NaN);
  const instant = new Date(parts[1] && !parts[4] ? `${text}Z` : text);
  return isInstant(instant) ? instant : new Date(NaN);
}

/** Marks an optional text of a query. */
export const Filter =
  (description?: string): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({ type: String, ...(description ? { description } : {}) })(target, property);
    IsOptional()(target, property);
    IsString()(target, property);
  };

/** Marks an optional instant of a query. */
export const Instant =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({ type: String, format: 'date-time', description })(target, property);
    IsOptional()(target, property);
    Transform(({ value }) => toInstant(value))(target, property);
    IsDate({ message: `${String(property)} must be a time in ISO 8601` })(target, property);
  };

/** Marks how many items a page has at most (API.md). */
export const PageSize = (): PropertyDecorator => (target, property) => {
  ApiPropertyOptional({ type: Number, minimum: 1, maximum: 1000, default: 50 })(target, property);
  IsOptional()(target, property);
  Type(() => Number)(target, property);
  IsInt()(target, property);
  Min(1)(target, property);
  Max(1000)(target, property);
};

/** What every list takes (API.md). */
export class ListQuery {
  @PageSize()
  limit = 50;

  @Filter('where the page before ended: its `next`')
  cursor?: string;
}

/** A list that can be narrowed to a time: `from` inclusive, `to` exclusive. */
export class TimedListQuery extends ListQuery {
  @Instant('inclusive')
  from?: Date;

  @Instant('exclusive')
  to?: Date;
}
