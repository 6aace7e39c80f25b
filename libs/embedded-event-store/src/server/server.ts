import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServerReadableStream, ServerWritableStream, UntypedHandleCall } from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Storage } from '../storage/store.js';
import { AllSubscription } from '../streams/all-subscription.js';
import { append } from '../streams/append.js';
import { BatchAppend } from '../streams/batch-append.js';
import { deleteStream, tombstone } from '../streams/delete.js';
import { parseReadRequest } from '../streams/read-request.js';
import { read } from '../streams/read.js';
import type { Store } from '../streams/read.js';
import type { Subscription } from '../streams/subscription.js';
import { StreamSubscription } from '../streams/stream-subscription.js';
import { Calls } from './calls.js';
import { authenticator } from './credentials.js';
import type { Credentials } from './credentials.js';
import { GOSSIP, NOT_SERVED, PERSISTENT_SUBSCRIPTIONS, SERVER_FEATURES, STREAMS } from './definitions.js';
import { persistentSubscriptionsService } from '../persistent-subscriptions/service.js';
import { PersistentSubscriptions } from '../persistent-subscriptions/subsystem.js';
import { clusterInfo } from './gossip.js';
import type { Outgoing, SendingCall } from './outgoing.js';
import type { Observed } from './metrics.js';
import { supportedMethods } from './server-features.js';
import { unimplemented } from './unimplemented.js';

export interface ServerOptions {
  host: string;
  port: number;
  /** What gossip tells clients to dial; the host itself by default. */
  advertisedHost: string;
  credentials: Credentials;
  tls?: { certificate: Buffer; key: Buffer };
}

export interface RunningServer {
  port: number;
  observed: Pick<Observed, 'subscribers' | 'persistentSubscriptions' | 'queuedBytes'>;
  close(): Promise<void>;
}

/** Fragments of a batch append go to 3 MiB, an event to 1 MiB; grpc-js alone stops at 4 MiB. */
const MOST_RECEIVED = 17 * 1024 * 1024;
/** How long a closing server waits for clients that have been told. */
const GRACE_MS = 2_000;

type ReadCall = ServerWritableStream<streams.ReadReq, Buffer> & SendingCall;

/** Serves a folder's events by EventStoreDB's protocol. */
export const serve = async (storage: Storage, options: ServerOptions): Promise<RunningServer> => {
  const calls = new Calls(authenticator(options.credentials));
  const server = new Server({
    'grpc.max_receive_message_length': MOST_RECEIVED,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const batches = new Set<BatchAppend>();
  const running = new Set<Subscription>();
  const store: Store = { reader: storage.reader, log: storage.log, now: Date.now };
  let port = options.port;

  server.addService(STREAMS, streamsService(storage, store, calls, { batches, running }));
  const subscriptions = new PersistentSubscriptions(storage, store);
  server.addService(PERSISTENT_SUBSCRIPTIONS, persistentSubscriptionsService(subscriptions, calls));
  server.addService(SERVER_FEATURES, { getSupportedMethods: withoutCredentials(supportedMethods) });
  server.addService(GOSSIP, {
    read: withoutCredentials(() => clusterInfo(options.advertisedHost, port, Date.now())),
  });
  for (const [name, service] of NOT_SERVED) server.addService(service, unimplemented(name, service));
  port = await bind(server, options);
  return {
    port,
    observed: {
      subscribers: () =>
        Array.from(running, (one) => ({
          kind: one instanceof AllSubscription ? ('all' as const) : ('stream' as const),
          lag: Math.max(0, storage.log.end - one.position),
        })),
      persistentSubscriptions: () => subscriptions.size,
      queuedBytes: () => storage.writer.queuedBytes,
    },
    async close() {
      calls.refuse();
      await Promise.all([...batches].map((batch) => batch.stop()));
      calls.cancel();
      subscriptions.close();
      await shutDown(server);
    },
  };
};

const withoutCredentials =
  <A>(answer: () => A) =>
  (_: unknown, callback: (error: null, answer: A) => void): void =>
    callback(null, answer());

const streamsService = (
  storage: Storage,
  store: Store,
  calls: Calls,
  { batches, running }: { batches: Set<BatchAppend>; running: Set<Subscription> },
): Record<string, UntypedHandleCall> => ({
  read: calls.stream<ReadCall>((call, out) => serveRead(store, running, call, out)),
  append: calls.clientStream<ServerReadableStream<Buffer, Buffer>>((call, callback) =>
    append(storage.writer, call, callback),
  ),
  batchAppend: calls.stream<ServerDuplexStream<Buffer, Buffer> & SendingCall>((call, out) => {
    const batch = new BatchAppend(storage.writer, call, out, Date.now);
    batches.add(batch);
    out.onClose(() => batches.delete(batch));
  }),
  delete: calls.unary<streams.DeleteReq, streams.DeleteResp>((request) => deleteStream(storage.writer, request)),
  tombstone: calls.unary<streams.TombstoneReq, streams.TombstoneResp>((request) => tombstone(storage.writer, request)),
});

const serveRead = (store: Store, running: Set<Subscription>, call: ReadCall, out: Outgoing): void | Promise<void> => {
  const request = parseReadRequest(call.request);
  if (request.count !== undefined) return read(store, request, out);
  const { stream } = request;
  const subscription =
    stream === undefined
      ? new AllSubscription(store, request, out)
      : new StreamSubscription(store, { ...request, stream }, out);
  running.add(subscription);
  out.onClose(() => running.delete(subscription));
  subscription.start();
};

const bind = (server: Server, { host, port, tls }: ServerOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const credentials = tls
      ? ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }])
      : ServerCredentials.createInsecure();
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });

const shutDown = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
