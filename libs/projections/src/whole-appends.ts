import type { Recorded } from '@mo-ledger/event-sourcing';

/**
 * Cuts what has arrived where an append is still incomplete, so that all of an append becomes visible in one transaction, and nobody
 * sees that a message was routed but not what followed from it.
 */
export function wholeAppends(events: readonly Recorded[]): { whole: readonly Recorded[]; rest: readonly Recorded[] } {
  const last = events.at(-1);
  const place = last?.metadata.append;
  if (!last || !place || place.index >= place.size - 1) return { whole: events, rest: [] };
  let first = events.length - 1;
  while (
    first > 0 &&
    events[first - 1]?.stream === last.stream &&
    indexOf(events[first - 1]) === indexOf(events[first]) - 1
  )
    first--;
  return { whole: events.slice(0, first), rest: events.slice(first) };
}

const indexOf = (event: Recorded | undefined): number => event?.metadata.append?.index ?? -2;
