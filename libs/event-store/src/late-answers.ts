import { createRequire } from 'node:module';

type Listener = (...args: unknown[]) => void;
interface Call {
  on(event: string, listener: Listener): Call;
}
type BatchAppend = (this: unknown, ...args: unknown[]) => Call;

const { StreamsClient } = createRequire(import.meta.url)('@eventstore/db-client/generated/streams_grpc_pb.js') as {
  StreamsClient: { prototype: { batchAppend: BatchAppend } };
};
const guarded = new WeakSet<BatchAppend>();

/**
 * The client keeps the pending appends of all its connections in one list, which an error of any of them empties. An answer that comes
 * on another one after that is looked up, not found, and taken apart all the same: it throws where nobody can catch it, and Node would
 * end the process. Such an answer is of no use to anybody: its append has been rejected, and is tried again.
 */
export function surviveLateAnswers(): void {
  const { prototype } = StreamsClient;
  const { batchAppend } = prototype;
  if (guarded.has(batchAppend)) return;
  prototype.batchAppend = function (...args) {
    const call = batchAppend.apply(this, args);
    const on = call.on.bind(call);
    call.on = (event, listener) => on(event, event === 'data' ? ignoringLateAnswers(listener) : listener);
    return call;
  };
  guarded.add(prototype.batchAppend);
}

const ignoringLateAnswers =
  (listener: Listener): Listener =>
  (...args) => {
    try {
      listener(...args);
    } catch (error) {
      if (!(error instanceof TypeError && error.message.includes('is not iterable'))) throw error;
    }
  };
