import { Settings } from '@mo-ledger/http';

/** The settings of the projector alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  settings.required('EVENTSTORE_URL', 'the projector alone reads an event store that others write');
  return {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 3000, { max: 65_535 }),
    eventStoreUrl: settings.url('EVENTSTORE_URL', ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover']) ?? '',
    databaseUrl: settings.url('DATABASE_URL', ['postgres', 'postgresql']),
    dataDir: settings.text('DATA_DIR', './data'),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
