import { join } from 'node:path';
import { postBurst } from './load/burst.js';
import { postBody } from './load/post-body.js';
import { startLedger, startServer, type ServerProcess } from './server-process.js';
import { visible } from './visible.js';

const WARM_UP_SECONDS = 2;
/** The longest wait until everything that was posted is visible. */
export const CATCH_UP_WITHIN_MS = 600_000;

const put = async (url: string, path: string, body: object): Promise<void> => {
  const answer = await fetch(url + path, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`PUT ${path} answered ${answer.status} ${await answer.text()}`);
};

/** Provisions organization acme with code 26161 and one program. */
export async function provision(url: string): Promise<void> {
  await put(url, '/organizations/acme', { name: 'Acme' });
  await put(url, '/codes/26161', { type: 'SHORT', sharing: 'DEDICATED', forwarding: 'ALL', organization: 'acme' });
  await put(url, '/codes/26161/programs/join', { organization: 'acme', handler: 'join', keywords: ['JOIN'] });
}

/** Posts one more message, and returns its position. */
export async function postOne(url: string): Promise<string> {
  const answer = await fetch(`${url}/inbound/acme`, {
    method: 'POST',
    body: postBody(1),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const position = answer.headers.get('ledger-position');
  if (!answer.ok || position === null) throw new Error(`a post was answered ${answer.status}`);
  return position;
}

/** Measures something with a server, and stops it, whatever happens. */
export async function during<T>(server: ServerProcess, measure: (url: string) => Promise<T>): Promise<T> {
  try {
    return await measure(server.url);
  } finally {
    await server.stop();
  }
}

/** Measures something with a new ledger that has received its first posts and shows them: otherwise they would count. */
export const duringLedger = async <T>(measure: (url: string) => Promise<T>): Promise<T> =>
  during(await startLedger(), async (url) => {
    await provision(url);
    await postBurst(url, { seconds: WARM_UP_SECONDS });
    await visible(url, await postOne(url), CATCH_UP_WITHIN_MS);
    return measure(url);
  });

/** Measures something with the same receiver over an event log that stores nothing. */
export const duringCeiling = async <T>(measure: (url: string) => Promise<T>): Promise<T> =>
  during(await startServer(join(import.meta.dirname, 'ceiling-receiver.js')), async (url) => {
    await postBurst(url, { seconds: WARM_UP_SECONDS });
    return measure(url);
  });
