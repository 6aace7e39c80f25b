import type { Delivery, SubscribeOptions } from '@mo-ledger/event-sourcing';
import type { AllStreamSubscription, Filter, Position } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { readEventsByHand, takeEventsAsTheyAre } from './read-messages.js';
import { toRecorded } from './recorded.js';

/** How many events the client holds ready: its default of 16 costs more than half of the speed. */
const HIGH_WATER_MARK = 512;
/** In windows of 32 considered events. */
const CHECKPOINT_INTERVAL = 8;
const MOST_POSITION = 2n ** 63n;

/** What we put among the resolved events, so that a checkpoint is seen exactly when everything before it has been. */
type Marker = { readonly marker: Delivery };

/** One subscription on a connection of its own. It ends or throws when the connection is lost; leaving the loop ends the call. */
export async function* subscribe(
  connection: Connection,
  { after, types, signal }: SubscribeOptions,
): AsyncIterable<Delivery> {
  if (signal.aborted) return;
  const client = connection.open();
  readEventsByHand(client);
  const wanted = types && new Set(types);
  const subscription = client.subscribeToAll(
    {
      fromPosition: after === 'start' ? 'start' : { commit: after, prepare: after },
      filter: filterFor(types),
    },
    { highWaterMark: HIGH_WATER_MARK },
  );
  takeEventsAsTheyAre(subscription);
  subscription.on('error', () => undefined);
  subscription.on('caughtUp', () => mark(subscription, { kind: 'caught-up' }));
  const stop = () => subscription.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const resolved of subscription as AsyncIterable<{ event?: Parameters<typeof toRecorded>[0] } | Marker>) {
      if ('marker' in resolved) {
        yield resolved.marker;
        continue;
      }
      const event = toRecorded(resolved.event);
      // A prefix filter also lets longer type names through.
      if (event && (!wanted || wanted.has(event.type))) yield { kind: 'event', event };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    // Leaving the loop alone would keep the call open.
    await subscription.unsubscribe().catch(() => undefined);
    await client.dispose().catch(() => undefined);
  }
}

function filterFor(types: readonly string[] | undefined): Filter {
  return {
    filterOn: 'eventType',
    ...(types ? { prefixes: [...types] } : { regex: '^[^$].*' }),
    checkpointInterval: CHECKPOINT_INTERVAL,
    // Nothing here may throw: the subscription would hang for ever.
    checkpointReached: (subscription: AllStreamSubscription, { commit }: Position) => {
      // A bug of some servers: such a position would mean "the end" to whoever resumes from it.
      if (commit < MOST_POSITION) mark(subscription, { kind: 'checkpoint', position: commit });
    },
  } as Filter;
}

const mark = (subscription: AllStreamSubscription, marker: Delivery): void => {
  if (!subscription.destroyed) subscription.push({ marker } satisfies Marker);
};
