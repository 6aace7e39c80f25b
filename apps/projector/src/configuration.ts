import { Settings } from '@mo-ledger/http';
import { LEASE_SECONDS } from '@mo-ledger/read-side';

/** The settings of the projector alone (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const why = 'the projector alone reads an event store that others write';
  return {
    ...settings.listen,
    eventStoreUrl: settings.eventStoreUrl ?? settings.required('EVENTSTORE_URL', why),
    database: settings.database,
    projectorName: settings.projectorName,
    dataDir: settings.dataDir,
    // Renewed every second: below two, another projector would take over from one that is at work.
    leaseSeconds: settings.integer('LEASE_SECONDS', LEASE_SECONDS, { min: 2, max: 300 }),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
