import { createRequire } from 'node:module';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import type * as Features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type * as FeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as SharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';

const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/generated/${name}.js`) as T;
const { ServerFeaturesService } = load<typeof Features>('serverfeatures_grpc_pb');
const { SupportedMethods, SupportedMethod } = load<typeof FeaturesPb>('serverfeatures_pb');
const { StreamsService } = load<typeof Streams>('streams_grpc_pb');
const { BatchAppendResp, ReadResp } = load<typeof StreamsPb>('streams_pb');
const { AllStreamPosition, StreamIdentifier, UUID } = load<typeof SharedPb>('shared_pb');

type AppendCall = ServerDuplexStream<StreamsPb.BatchAppendReq, StreamsPb.BatchAppendResp>;
type ReadCall = ServerWritableStream<StreamsPb.ReadReq, StreamsPb.ReadResp>;

/** What to do with an append or a read; each call takes the next of the list, the last one stays. */
export type AppendBehaviour = 'confirm' | 'confirm twice' | 'silence' | 'fail the call' | 'write, then fail the call';
export type ReadBehaviour = (call: ReadCall) => void;

/** A server for specs that does on purpose what EVENT_STORE.md §9 warns of. It keeps the ids that it was asked to write. */
export class MisbehavingServer {
  readonly #server = new Server();
  readonly written: string[] = [];
  readonly asked: string[] = [];
  reads = 0;
  appends: AppendBehaviour[] = ['confirm'];
  reading: ReadBehaviour[] = [(call) => call.end()];
  /** How many capability calls fail before one is answered. */
  failingCapabilityCalls = 0;
  port = 0;

  async start(): Promise<string> {
    this.#server.addService(ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, callback: (error: object | null, value?: unknown) => void) => {
        if (this.failingCapabilityCalls-- > 0) return callback({ code: status.INTERNAL, details: 'not now' });
        const methods = new SupportedMethods();
        methods.setEventStoreServerVersion('24.2.0');
        for (const name of ['batchappend', 'append', 'read']) {
          const method = new SupportedMethod();
          method.setServiceName('event_store.client.streams.streams');
          method.setMethodName(name);
          methods.addMethods(method);
        }
        callback(null, methods);
      },
    } as never);
    const no = (_call: unknown, callback: (error: object) => void) => callback({ code: status.UNIMPLEMENTED });
    this.#server.addService(StreamsService, {
      batchAppend: (call: AppendCall) => this.#batchAppend(call),
      read: (call: ReadCall) => {
        this.reads++;
        const behaviour = this.reading.length > 1 ? this.reading.shift() : this.reading[0];
        behaviour?.(call);
      },
      append: no,
      delete: no,
      tombstone: no,
    } as never);
    this.port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #batchAppend(call: AppendCall): void {
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: StreamsPb.BatchAppendReq) => {
      const id = request.getProposedMessagesList()[0]?.getId()?.getString() ?? '';
      this.asked.push(id);
      const behaviour = (this.appends.length > 1 ? this.appends.shift() : this.appends[0]) ?? 'confirm';
      if (behaviour === 'silence') return;
      if (behaviour !== 'fail the call' && !this.written.includes(id)) this.written.push(id);
      if (behaviour !== 'confirm' && behaviour !== 'confirm twice') {
        call.emit('error', { code: status.UNKNOWN, details: 'thrown away', metadata: new Metadata() });
        return;
      }
      const answer = new BatchAppendResp();
      const success = new BatchAppendResp.Success();
      const position = new AllStreamPosition();
      position.setCommitPosition(String(100 + this.written.indexOf(id)));
      position.setPreparePosition(String(100 + this.written.indexOf(id)));
      success.setCurrentRevision(String(this.written.indexOf(id)));
      success.setPosition(position);
      answer.setCorrelationId(request.getCorrelationId());
      answer.setSuccess(success);
      call.write(answer);
      if (behaviour === 'confirm twice') call.write(answer);
    });
  }
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Answers of a read or a subscription. */
export const answers = {
  confirmation: (): StreamsPb.ReadResp => {
    const answer = new ReadResp();
    const confirmation = new ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(uuid(0));
    answer.setConfirmation(confirmation);
    return answer;
  },
  event: (n: number, type = 'Counted'): StreamsPb.ReadResp => {
    const recorded = new ReadResp.ReadEvent.RecordedEvent();
    const id = new UUID();
    id.setString(uuid(n));
    const stream = new StreamIdentifier();
    stream.setStreamName(Buffer.from('counter-1').toString('base64'));
    recorded.setId(id);
    recorded.setStreamIdentifier(stream);
    recorded.setStreamRevision(String(n));
    recorded.setCommitPosition(String(n));
    recorded.setPreparePosition(String(n));
    recorded.setData(Buffer.from(JSON.stringify({ n })).toString('base64'));
    recorded
      .getMetadataMap()
      .set('type', type)
      .set('content-type', 'application/json')
      .set('created', '17000000000000000');
    const event = new ReadResp.ReadEvent();
    event.setEvent(recorded);
    event.setCommitPosition(String(n));
    const answer = new ReadResp();
    answer.setEvent(event);
    return answer;
  },
  checkpoint: (position: bigint): StreamsPb.ReadResp => {
    const checkpoint = new ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(position));
    checkpoint.setPreparePosition(String(position));
    const answer = new ReadResp();
    answer.setCheckpoint(checkpoint);
    return answer;
  },
  caughtUp: (): StreamsPb.ReadResp => {
    const answer = new ReadResp();
    answer.setCaughtUp(new ReadResp.CaughtUp());
    return answer;
  },
};

/** The position that a subscription asks to go on after; null from the start. */
export const askedAfter = (call: ReadCall): string | null =>
  call.request.getOptions()?.getAll()?.getPosition()?.getCommitPosition() ?? null;
