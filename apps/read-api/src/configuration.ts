import { Settings } from '@mo-ledger/http';

/** The settings of the read API alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  settings.required('DATABASE_URL', 'the read API alone reads a database that a projector fills');
  return {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 3000, { max: 65_535 }),
    databaseUrl: settings.url('DATABASE_URL', ['postgres', 'postgresql']) ?? '',
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
