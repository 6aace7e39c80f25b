import { Settings } from '@mo-ledger/http';
import { LEASE_SECONDS } from '@mo-ledger/read-side';

/** The settings of the projector alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the projector alone reads an event store that others write';
  const { database } = settings;
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    database: {
      ...database,
      url: database.url ?? settings.required('DATABASE_URL', 'the projector alone fills a database that others read'),
    },
    projectorName: settings.projectorName,
    // Renewed every second: below two, another projector would take over from one that is at work.
    leaseSeconds: settings.integer('LEASE_SECONDS', LEASE_SECONDS, { min: 2, max: 300 }),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
