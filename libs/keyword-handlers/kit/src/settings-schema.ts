import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { SettingsClass } from './handler-settings.js';

// Its type wants the whole class; `@Type` is all that it is asked for.
const OPTIONS = { classTransformerMetadataStorage: defaultMetadataStorage as never };

/** A JSON Schema (draft 7). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A settings class as JSON Schema, made from class-validator's metadata: `@IsOptional` and a default (`attempts = 1`) both make a
 * field one that may be left out. The classes of nested settings (`@Type`) stand under `definitions`.
 */
export function settingsSchema(type: SettingsClass): JsonSchema {
  const nested = new Map<string, SettingsClass>();
  collectNested(type, nested);
  const definitions = Object.fromEntries([...nested].map(([name, nestedType]) => [name, objectSchema(nestedType)]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...objectSchema(type),
    ...(nested.size ? { definitions } : {}),
  };
}

/** The same without what only a whole document has; nested classes are references. */
export function objectSchema(type: SettingsClass): JsonSchema {
  const { properties = {}, required = [], ...rest } = targetConstructorToSchema(type, OPTIONS);
  const defaults = new type() as Readonly<Record<string, unknown>>;
  const hasDefault = (name: string): boolean => defaults[name] !== undefined;
  const described = Object.entries(properties).map(([name, property]) => [
    name,
    hasDefault(name) ? { ...property, default: defaults[name] } : property,
  ]);
  const demanded = required.filter((name) => !hasDefault(name));
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(described) as unknown,
    // OpenAPI allows no empty list here.
    ...(demanded.length > 0 ? { required: demanded } : {}),
    additionalProperties: false,
  };
}

function collectNested(type: SettingsClass, found: Map<string, SettingsClass>): void {
  const fields = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  for (const { propertyName } of fields) {
    const nested = defaultMetadataStorage.findTypeMetadata(type, propertyName)?.typeFunction();
    if (!nested || !isValidated(nested) || found.get(nested.name) === nested) continue;
    if (found.has(nested.name)) throw new Error(`two classes of nested settings are named ${nested.name}`);
    found.set(nested.name, nested);
    collectNested(nested, found);
  }
}

const isValidated = (type: SettingsClass): boolean =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
