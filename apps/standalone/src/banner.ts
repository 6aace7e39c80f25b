import { relative } from 'node:path';
import type { Configuration } from './configuration.js';

/** The published example of a post (requirement, Sample MO SMS post), byte for byte. */
export const SAMPLE =
  'device_address=1447ß7665544&inbound_address=26161&router=cingular&carrier=cingular&channel=sms&message_orig=Hello+from+SMPPSim' +
  '&message=Hello+from+SMPPSim&message_id=148929155953&message_subid=0&status=Processing&status_code=10&a2w_mo_ref_id=148929155953&country_code=1';

/** Without a credential or a password. */
const shown = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');

/** As a person would type it: relative where it lies below this folder. */
const folder = (path: string): string => {
  const below = relative('.', path);
  return below === '' ? '.' : below.startsWith('..') ? path : `./${below}`;
};

/** The ledger that is open. */
export interface Ledger {
  readonly ledgerId: string;
  /** Whether nothing was ever recorded in it. */
  readonly empty: boolean;
}

export interface Started {
  readonly url: string;
  readonly dataDir: string;
  readonly configuration: Pick<Configuration, 'eventStoreUrl' | 'database'>;
  readonly ledger: Ledger | undefined;
}

/** What a person reads when everything serves. */
export function banner({ url, dataDir, configuration: { eventStoreUrl, database }, ledger }: Started): string {
  const seconds = (performance.now() / 1000).toFixed(1);
  const events = eventStoreUrl ? shown(eventStoreUrl) : `embedded, ${folder(dataDir)}/events`;
  const reads = database.url
    ? shown(database.url)
    : `embedded PostgreSQL, ${folder(dataDir)}/read-models (a cache: may be deleted while stopped)`;
  const lines = [
    '',
    `  mo-ledger is ready (${seconds} s)`,
    '',
    `  posts      ${url}/inbound/{organization}`,
    `  API        ${url}/messages   description: ${url}/docs`,
    `  health     ${url}/health     figures: ${url}/metrics`,
    `  events     ${events}`,
    `  reads      ${reads}`,
    `  ledger     ${ledger?.ledgerId ?? ''}`,
    '',
  ];
  if (ledger?.empty)
    lines.push(
      "  It is empty. Provision a code, post the gateway's own sample, and read it back:",
      '',
      ...firstSteps(url).map((line) => `  ${line}`),
      '',
    );
  lines.push('  Ctrl-C stops it; what was accepted is finished first.', '');
  return lines.join('\n');
}

/** The curl lines that a newcomer tries first. README.md has the same ones. */
export const firstSteps = (url: string): readonly string[] => [
  `curl -X PUT ${url}/organizations/acme -H 'Content-Type: application/json' -d '{"name":"Acme"}' && curl -X PUT ${url}/codes/26161 -H 'Content-Type: application/json' -d '{"type":"SHORT","sharing":"DEDICATED","forwarding":"ALL","organization":"acme"}'`,
  `curl -i ${url}/inbound/acme -d '${SAMPLE}'`,
  `curl '${url}/messages?organization=acme'`,
];
