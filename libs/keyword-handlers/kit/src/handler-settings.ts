import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';

/** A problem with one setting: its path from the program on, for example `settings.choices`, and a sentence. */
export interface SettingError {
  readonly field: string;
  readonly message: string;
}

export type ParsedSettings =
  { readonly value: Readonly<Record<string, unknown>> } | { readonly errors: readonly SettingError[] };

/** A class whose fields carry class-validator's decorators. */
export type SettingsClass<Settings extends object = object> = new () => Settings;

/** The settings of a handler that has none. */
export class NoSettings {}

type Read<Settings> = { readonly instance: Settings } | { readonly errors: readonly SettingError[] };

/**
 * Settings as an instance of their class with its defaults filled in, or what is wrong with them, field by field. Left out counts
 * as `{}`; a field that the class does not have is wrong, or ignored where that is asked for.
 */
export function readSettings<Settings extends object>(
  type: SettingsClass<Settings>,
  raw: unknown = {},
  unknown: 'refuse-unknown' | 'ignore-unknown' = 'refuse-unknown',
): Read<Settings> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return { errors: [{ field: 'settings', message: 'settings must be an object' }] };
  const instance = plainToInstance(type, raw, { exposeDefaultValues: true });
  const findings = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: unknown === 'refuse-unknown',
    forbidUnknownValues: false,
    stopAtFirstError: true,
  });
  return findings.length ? { errors: settingErrors(findings, 'settings.') } : { instance };
}

/** As `readSettings`, with a value that is plain JSON: what the log keeps of them. */
export function parseSettings(type: SettingsClass, raw: unknown): ParsedSettings {
  const read = readSettings(type, raw);
  if ('errors' in read) return read;
  return { value: JSON.parse(JSON.stringify(read.instance)) as Record<string, unknown> };
}

const settingErrors = (findings: readonly ValidationError[], parent: string): SettingError[] =>
  findings.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((message) => ({ field: parent + property, message })),
    ...settingErrors(children ?? [], `${parent}${property}.`),
  ]);
