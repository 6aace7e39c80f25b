import { Settings } from '@mo-ledger/http';

/** The settings of the read API alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the read API alone reads a database that a projector fills';
  const { database } = settings;
  return {
    ...settings.listen,
    database: { ...database, url: database.url ?? settings.required('DATABASE_URL', why) },
    maxLagSeconds: settings.maxLagSeconds,
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
