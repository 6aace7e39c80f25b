import type { AnyEvent, EventMetadata, Recorded } from '@mo-ledger/event-sourcing';
import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';

const NO_METADATA: EventMetadata = { $correlationId: '', $causationId: '', recordedBy: '', schemaVersion: 1 };

/** An event as the client gives it, in our words; null for system events and what is not JSON: neither is ours. */
export function toRecorded(event: RecordedEvent | AllStreamRecordedEvent | undefined): Recorded | null {
  if (!event || !event.isJson || event.type.startsWith('$') || event.streamId.startsWith('$')) return null;
  const { type, data, id, streamId, revision, created, metadata } = event;
  if (typeof data !== 'object' || data === null) return null;
  const ours: AnyEvent = { type, data };
  return {
    ...ours,
    id,
    stream: streamId,
    revision,
    position: event.position?.commit ?? 0n,
    created,
    metadata: { ...NO_METADATA, ...(typeof metadata === 'object' ? metadata : {}) },
  };
}
