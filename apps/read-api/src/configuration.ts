import { Settings } from '@mo-ledger/http';

/** The settings of the read API alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the read API alone reads a database that a projector fills';
  return {
    ...settings.listen,
    databaseUrl: settings.databaseUrl ?? settings.required('DATABASE_URL', why),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
