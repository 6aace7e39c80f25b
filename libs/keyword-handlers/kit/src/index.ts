export * from './define-keyword-handler.js';
export * from './handler-registry.js';
export { NoSettings, type ParsedSettings, type SettingError, type SettingsClass } from './handler-settings.js';
export * from './keyword-handler.js';
export * from './keyword-handler-specification.js';
export { objectSchema, type JsonSchema } from './settings-schema.js';
export * from './tally.js';
