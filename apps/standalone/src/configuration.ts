import { LOOPBACK, Settings, WrongSetting } from '@mo-ledger/http';
import { LedgerKey } from '@mo-ledger/event-sourcing';
import { EVENT_STORE_PROTOCOLS } from '@mo-ledger/event-store';

/** The gateway's published addresses (requirement, firewall rules). */
const GATEWAY = '208.71.240.0/21';

/** The settings of `npm start` (API.md, Settings). Throws WrongSetting. */
export function readConfiguration(settings = new Settings()) {
  const host = settings.text('HOST', '127.0.0.1');
  const eventStoreUrl = settings.url('EVENTSTORE_URL', EVENT_STORE_PROTOCOLS);
  const key = settings.optional('LEDGER_KEY');
  if (eventStoreUrl && !key)
    throw new WrongSetting(
      'LEDGER_KEY',
      'must be set with EVENTSTORE_URL: 32 bytes in hex, for example from `openssl rand -hex 32`, and never change',
    );
  if (key) new LedgerKey(key);
  const onLoopback = LOOPBACK.has(host) || host === 'localhost';
  return {
    host,
    port: settings.integer('PORT', 3000, { max: 65_535 }),
    dataDir: settings.text('DATA_DIR', './data'),
    eventStoreUrl,
    databaseUrl: settings.url('DATABASE_URL', ['postgres', 'postgresql']),
    ledgerKey: key,
    gatewaySources: settings.ranges('GATEWAY_SOURCES', onLoopback ? `${GATEWAY}, ${LOOPBACK.list}` : GATEWAY),
    trustedProxies: settings.ranges('TRUSTED_PROXIES', ''),
    retryMinutes: settings.integers('GATEWAY_RETRY_MINUTES', '1,5,10,60,120,360,720'),
    logLevel: settings.logLevel,
  };
}
export type Configuration = ReturnType<typeof readConfiguration>;
