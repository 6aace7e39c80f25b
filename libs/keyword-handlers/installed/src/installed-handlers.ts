import * as codes from '@mo-ledger/codes';
import type { EventClass } from '@mo-ledger/event-sourcing';
import * as ledger from '@mo-ledger/event-sourcing';
import { info } from '@mo-ledger/handler-info';
import { join } from '@mo-ledger/handler-join';
import { quiz } from '@mo-ledger/handler-quiz';
import { vote } from '@mo-ledger/handler-vote';
import { HandlerRegistry, type AnyKeywordHandler } from '@mo-ledger/keyword-handlers';
import * as messages from '@mo-ledger/messages';
import * as organizations from '@mo-ledger/organizations';
import * as subscribers from '@mo-ledger/subscribers';

/** The keyword handlers that are installed: one line each, to which the generator adds. */
const handlers: readonly AnyKeywordHandler[] = [join, info, vote, quiz];

const isEventClass = (exported: unknown): exported is EventClass =>
  typeof exported === 'function' && 'type' in exported && 'personal' in exported;

/** The event types of the ledger itself: no handler may take one of them. */
export const coreEvents: readonly EventClass[] = [ledger, messages, codes, organizations, subscribers]
  .flatMap((library): unknown[] => Object.values(library))
  .filter(isEventClass);

/** Throws while it is loaded, and so stops the start-up, where a name or an event type is taken twice. */
export const installedHandlers = new HandlerRegistry(handlers, [{ by: 'the ledger itself', events: coreEvents }]);
