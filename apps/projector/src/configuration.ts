import { Settings } from '@mo-ledger/http';

/** The settings of the projector alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the projector alone reads an event store that others write';
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    database: settings.database,
    projectorName: settings.projectorName,
    dataDir: settings.dataDir,
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
