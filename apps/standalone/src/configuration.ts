// The narrow imports keep the start short: nothing of Nest is loaded before the other processes are on their way.
import { LOOPBACK } from '@mo-ledger/http/address';
import { Settings } from '@mo-ledger/http/settings';

/** The settings of `npm start` (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const { host, port } = settings.listen;
  const { eventStoreUrl } = settings;
  const why =
    'with EVENTSTORE_URL the ids of that event store are derived from it: 32 bytes in hex (`openssl rand -hex 32`) that never change';
  const onLoopback = LOOPBACK.has(host) || host === 'localhost';
  return {
    host,
    port,
    eventStoreUrl,
    dataDir: settings.dataDir,
    database: settings.database,
    projectorName: settings.projectorName,
    ledgerKey: eventStoreUrl ? settings.required('LEDGER_KEY', why) : settings.optional('LEDGER_KEY'),
    gatewaySources: settings.gatewaySources(onLoopback ? LOOPBACK.list : ''),
    trustedProxies: settings.trustedProxies,
    retryMinutes: settings.retryMinutes,
    maxLagSeconds: settings.maxLagSeconds,
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
