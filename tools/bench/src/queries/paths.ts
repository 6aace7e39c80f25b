import { LedgerKey } from '@mo-ledger/event-sourcing';
import { BEGIN, CODE, message, phoneOf } from '../seed/people.js';
import { LEDGER_KEY } from '../seed/seeds.js';

const after = (minutes: number): string => new Date(BEGIN + minutes * 60_000).toISOString();
const { ledgerId } = message(new LedgerKey(LEDGER_KEY), 0, 0, 0);
const device = phoneOf(0);
const program = `/codes/${CODE}/programs`;
const hours = `from=${after(0)}&to=${after(360)}`;

/** Every GET of API.md but the two that never end: its name in the ratios, and its path. A query that finds nothing must not take longer. */
export const paths: Readonly<Record<string, string>> = {
  '/organizations': '/organizations',
  '/organizations/{organization}': '/organizations/acme',
  '/codes': '/codes',
  '/codes/{code}': `/codes/${CODE}`,
  '/handlers': '/handlers',
  '/codes/{code}/match': `/codes/${CODE}/match?text=JOIN&organization=acme`,
  '/programs': '/programs',
  '/codes/{code}/programs/{program}': `${program}/colours`,
  '/codes/{code}/programs/{program}/participants': `${program}/news/participants`,
  '/codes/{code}/programs/{program}/participants?state=LEFT': `${program}/news/participants?state=LEFT`,
  '/codes/{code}/programs/{program}/activity': `${program}/news/activity?interval=HOUR&${hours}`,
  '/messages': '/messages',
  '/messages?organization': '/messages?organization=acme',
  '/messages?organization (nobody)': '/messages?organization=nobody',
  '/messages?code': `/messages?code=${CODE}`,
  '/messages?device': `/messages?device=${device}`,
  '/messages?device (nobody)': '/messages?device=19995550000',
  '/messages?messageId': '/messages?messageId=148929000007',
  '/messages?program': '/messages?program=news',
  '/messages?keyword': '/messages?keyword=VOTE',
  '/messages?keyword (none)': '/messages?keyword=NONE',
  '/messages?carrier': '/messages?carrier=att',
  '/messages?carrier (nobody)': '/messages?carrier=nobody',
  '/messages?channel (none)': '/messages?channel=mms',
  '/messages?router (nobody)': '/messages?router=nobody',
  '/messages?kind (none)': '/messages?kind=MMS_MO',
  '/messages?outcome': '/messages?outcome=UNMATCHED',
  '/messages?outcome (none)': '/messages?outcome=FAILED',
  '/messages?anomaly (none)': '/messages?anomaly=CHARSET_FALLBACK',
  '/messages?from&to': `/messages?${hours}`,
  '/messages?q': '/messages?q=hello',
  '/messages?q (rare)': '/messages?q=zebra',
  '/messages/{id}': `/messages/${ledgerId}`,
  '/statuses': '/statuses',
  '/codes/{code}/subscribers/{device}': `/codes/${CODE}/subscribers/+${device}`,
  '/codes/{code}/subscribers/{device}?at': `/codes/${CODE}/subscribers/+${device}?at=${after(60)}`,
  '/codes/{code}/subscribers': `/codes/${CODE}/subscribers`,
  '/codes/{code}/subscribers?consent': `/codes/${CODE}/subscribers?consent=OPTED_OUT`,
  '/codes/{code}/subscribers?since': `/codes/${CODE}/subscribers?since=${after(60)}`,
  '/reviews': '/reviews',
  '/quarantine': '/quarantine',
  '/audit/attempts': '/audit/attempts',
  '/audit/attempts?carrier (nobody)': '/audit/attempts?carrier=nobody',
  '/audit/summary': `/audit/summary?by=carrier&interval=HOUR&${hours}`,
  '/audit/refusals': '/audit/refusals',
  '/audit/export': `/audit/export?format=ndjson&from=${after(0)}&to=${after(10)}`,
  '/projections': '/projections',
};
