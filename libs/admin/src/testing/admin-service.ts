import { InMemoryEventLog, LedgerKey, type Recorded } from '@mo-ledger/event-sourcing';
import { createService } from '@mo-ledger/http';
import { kaleyra } from '@mo-ledger/kaleyra';
import { defineKeywordHandler, HandlerRegistry } from '@mo-ledger/keyword-handlers';
import { ArrayMinSize, IsString } from 'class-validator';
import { inbound } from './inbound.js';
import { AdminModule, adminProblems, type AfterOrganizationChange } from '../index.js';

class VoteSettings {
  @ArrayMinSize(1) @IsString({ each: true }) choices!: string[];
}
const handlers = new HandlerRegistry([
  defineKeywordHandler({ name: 'join', enrols: true, decide: () => undefined }),
  defineKeywordHandler({ name: 'vote', settings: VoteSettings, decide: () => undefined }),
]);

export interface Answer {
  readonly status: number;
  readonly position: string | null;
  readonly type: string | null;
  readonly body: { readonly [field: string]: unknown; readonly errors?: readonly { field: string; message: string }[] };
}

/** The admin API on a log in memory, served on a port of its own. */
export async function startAdminService(afterOrganizationChange?: AfterOrganizationChange) {
  const log = new InMemoryEventLog();
  const ledgerKey = new LedgerKey('ab'.repeat(32));
  const module = AdminModule.register({
    ...{ log, ledgerKey, handlers, gateways: [kaleyra] },
    ...(afterOrganizationChange ? { afterOrganizationChange } : {}),
  });
  const service = await createService({ name: 'admin-api', logLevel: 'silent', module, knownProblems: adminProblems });
  const url = await service.listen('127.0.0.1', 0);

  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      position: response.headers.get('ledger-position'),
      type: response.headers.get('content-type'),
      body: text ? JSON.parse(text) : {},
    };
  };
  return {
    log,
    ...inbound(log, ledgerKey, handlers),
    url,
    put: (path: string, body: unknown) => send('PUT', path, body),
    call: send,
    events: async (stream: string): Promise<Recorded[]> => {
      const recorded: Recorded[] = [];
      for await (const event of log.readStream(stream)) recorded.push(event);
      return recorded;
    },
    close: () => service.close(),
  };
}
export type AdminService = Awaited<ReturnType<typeof startAdminService>>;
