// The ceiling: a server that answers at once and stores nothing. What the client reaches with it is the most that it
// can reach with any server that is made of grpc-js.
import { parseArgs } from 'node:util';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsMessages from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresMessages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { EVENT_TYPE, payload } from './workload.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const bytes = (buffer: Buffer): Buffer => buffer;

const success = (): Buffer => {
  const position = new shared.AllStreamPosition();
  position.setCommitPosition('1000000');
  position.setPreparePosition('1000000');
  const done = new streamsMessages.BatchAppendResp.Success();
  done.setCurrentRevision('0');
  done.setPosition(position);
  const response = new streamsMessages.BatchAppendResp();
  response.setSuccess(done);
  return Buffer.from(response.serializeBinary());
};

/** The correlation id is the first field of a request, and goes back as it is. */
const batchAppend = (call: ServerDuplexStream<Buffer, Buffer>): void => {
  const rest = success();
  call.on('data', (request: Buffer) => call.write(Buffer.concat([request.subarray(0, 2 + (request[1] ?? 0)), rest])));
  call.on('end', () => call.end());
};

const event = (): Buffer => {
  const id = new shared.UUID();
  id.setString('00000000-0000-4000-8000-000000000000');
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(Buffer.from('bench-00000000-0000-4000-8000-000000000000'));
  const record = new streamsMessages.ReadResp.ReadEvent.RecordedEvent();
  record.setId(id);
  record.setStreamIdentifier(stream);
  record.setStreamRevision('0');
  record.setCommitPosition('1000000');
  record.setPreparePosition('1000000');
  record.getMetadataMap().set('type', EVENT_TYPE).set('content-type', 'application/json');
  record.getMetadataMap().set('created', `${Date.now()}0000`);
  record.setData(Buffer.from(JSON.stringify(payload)));
  const read = new streamsMessages.ReadResp.ReadEvent();
  read.setEvent(record);
  read.setCommitPosition('1000000');
  const response = new streamsMessages.ReadResp();
  response.setEvent(read);
  return Buffer.from(response.serializeBinary());
};

/** As many events as were asked for; a subscription gets them without end. */
const read = (call: ServerWritableStream<streamsMessages.ReadReq, Buffer>): void => {
  const message = event();
  let left = Number(call.request.getOptions()?.getCount()) || Infinity;
  const send = (): void => {
    while (left > 0 && !call.cancelled) {
      left--;
      if (!call.write(message)) return void call.once('drain', send);
    }
    if (left === 0) call.end();
  };
  send();
};

const supportedMethods = (_: unknown, callback: (error: null, answer: unknown) => void): void => {
  const response = new featuresMessages.SupportedMethods();
  response.setEventStoreServerVersion('24.2.0');
  const method = new featuresMessages.SupportedMethod();
  method.setServiceName('event_store.client.streams.streams');
  method.setMethodName('batchappend');
  response.addMethods(method);
  callback(null, response);
};

const { StreamsService } = streams;
const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
server.addService(
  {
    read: { ...StreamsService.read, responseSerialize: bytes },
    batchAppend: { ...StreamsService.batchAppend, requestDeserialize: bytes, responseSerialize: bytes },
  } as unknown as ServiceDefinition<UntypedServiceImplementation>,
  { read, batchAppend } as unknown as UntypedServiceImplementation,
);
server.addService(features.ServerFeaturesService as unknown as ServiceDefinition<UntypedServiceImplementation>, {
  getSupportedMethods: supportedMethods,
});
server.bindAsync(`127.0.0.1:${values.port}`, ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening on 127.0.0.1:${port}`);
});
process.once('disconnect', () => process.exit(0));
