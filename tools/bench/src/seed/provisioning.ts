import {
  CodeProvisioned,
  evolveCode,
  initialCode,
  ProgramProvisioned,
  type CodeEvent,
  type CodeState,
} from '@mo-ledger/codes';
import { OrganizationProvisioned } from '@mo-ledger/organizations';
import { BEGIN, CODE, ORGANIZATION } from './people.js';

const at = new Date(BEGIN).toISOString();

const program = (id: string, handler: string, keywords: string[], settings: Record<string, unknown> = {}) =>
  new ProgramProvisioned({
    code: CODE,
    at,
    program: id,
    organization: ORGANIZATION,
    name: id,
    handler,
    keywords,
    match: 'FIRST',
    catchAll: false,
    startsAt: null,
    endsAt: null,
    settings,
  });

/** The events of an organization, and of its code with three programs. */
export const organizationEvents = [
  new OrganizationProvisioned({ organization: ORGANIZATION, name: 'Acme', keyHash: null, at }),
];
export const codeEvents: readonly CodeEvent[] = [
  new CodeProvisioned({
    code: CODE,
    at,
    type: 'SHORT',
    sharing: 'DEDICATED',
    forwarding: 'ALL',
    organization: ORGANIZATION,
    forwardsOptOut: false,
    optOutWords: [],
  }),
  program('news', 'join', ['JOIN']),
  program('colours', 'vote', ['VOTE'], { choices: ['red', 'blue'] }),
  program('hours', 'info', ['INFO'], { text: 'We are open.' }),
];
export const code: CodeState = codeEvents.reduce(evolveCode, initialCode);
export const CODE_REVISION = BigInt(codeEvents.length - 1);
