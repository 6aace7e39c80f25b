import messages from '@eventstore/db-client/generated/persistent_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { ServerDuplexStream, UntypedHandleCall } from '@grpc/grpc-js';
import { decodeUuid } from '../protobuf/proposed-message.js';
import { WireReader } from '../protobuf/wire.js';
import { BadRequest, asRpcError } from '../server/errors.js';
import type { Calls } from '../server/calls.js';
import type { Outgoing, SendingCall } from '../server/outgoing.js';
import { confirmationMessage } from '../streams/messages.js';
import { ALL, keyOf } from './configuration.js';
import { Consumer } from './consumer.js';
import type { Group, NackAction } from './group.js';
import { infoOf } from './info.js';
import { groupNameOf, parseWanted } from './requests.js';
import type { PersistentSubscriptions } from './subsystem.js';

type ReadCall = ServerDuplexStream<messages.ReadReq, Buffer> & SendingCall;

/** The PersistentSubscriptions service. */
export const persistentSubscriptionsService = (
  subscriptions: PersistentSubscriptions,
  calls: Calls,
): Record<string, UntypedHandleCall> => ({
  create: calls.unary(async (request: messages.CreateReq) => {
    await subscriptions.create(parseWanted(request.getOptions()));
    return new messages.CreateResp();
  }),
  update: calls.unary(async (request: messages.UpdateReq) => {
    await subscriptions.update(parseWanted(request.getOptions()));
    return new messages.UpdateResp();
  }),
  delete: calls.unary(async (request: messages.DeleteReq) => {
    await subscriptions.delete(groupNameOf(request.getOptions()));
    return new messages.DeleteResp();
  }),
  getInfo: calls.unary((request: messages.GetInfoReq) => {
    const response = new messages.GetInfoResp();
    response.setSubscriptionInfo(infoOf(subscriptions.get(groupNameOf(request.getOptions()))));
    return response;
  }),
  list: calls.unary((request: messages.ListReq) => {
    const response = new messages.ListResp();
    response.setSubscriptionsList(subscriptions.list(listedSource(request)).map(infoOf));
    return response;
  }),
  replayParked: calls.unary(async (request: messages.ReplayParkedReq) => {
    const options = request.getOptions();
    const group = subscriptions.get(groupNameOf(options));
    const stopAt = options?.hasStopAt() ? Number(options.getStopAt()) : Infinity;
    if (stopAt < 0) throw new BadRequest('stopAt must not be negative.');
    await group.replayParked(stopAt);
    return new messages.ReplayParkedResp();
  }),
  restartSubsystem: calls.unary(() => {
    subscriptions.restart();
    return new shared.Empty();
  }),
  read: calls.stream<ReadCall>((call, out, user) => {
    const reading = new Reading(subscriptions, call, out, user);
    call.on('data', (request: messages.ReadReq) => reading.receive(request));
    call.on('end', () => out.end());
  }),
});

/** Undefined: of every source. */
const listedSource = (request: messages.ListReq): string | undefined => {
  const options = request.getOptions();
  if (!options) throw new BadRequest('The request needs options.');
  if (options.hasListAllSubscriptions()) return undefined;
  const source = options.getListForStream();
  if (source?.hasAll()) return ALL;
  return Buffer.from(source?.getStream()?.getStreamName_asU8() ?? []).toString('utf8');
};

/** One consumer's call: first what it wants, then what it did with it. */
class Reading {
  readonly #subscriptions: PersistentSubscriptions;
  readonly #call: ReadCall;
  readonly #out: Outgoing;
  readonly #user: string;
  #consumer: Consumer | undefined;
  #group: Group | undefined;

  constructor(subscriptions: PersistentSubscriptions, call: ReadCall, out: Outgoing, user: string) {
    this.#subscriptions = subscriptions;
    this.#call = call;
    this.#out = out;
    this.#user = user;
  }

  receive(request: messages.ReadReq): void {
    try {
      this.#handle(request);
    } catch (error) {
      this.#out.fail(asRpcError(error));
    }
  }

  #handle(request: messages.ReadReq): void {
    const options = request.getOptions();
    if (options) return this.#join(options);
    if (!this.#consumer || !this.#group) throw new BadRequest('A read begins with its options.');
    const ack = request.getAck();
    if (ack) this.#group.acknowledge(this.#consumer, idsOf(ack.getIdsList()));
    const nack = request.getNack();
    if (nack)
      this.#group.refuse(this.#consumer, idsOf(nack.getIdsList()), actionOf(nack.getAction()), nack.getReason());
  }

  #join(options: messages.ReadReq.Options): void {
    if (this.#consumer) throw new BadRequest('The options come once.');
    const name = groupNameOf(options);
    const consumer = new Consumer(
      {
        bufferSize: options.getBufferSize(),
        structuredIds: options.getUuidOption()?.hasStructured() ?? false,
        user: this.#user,
        from: this.#call.getPeer(),
        connectionName: String(this.#call.metadata.get('connection-name')[0] ?? ''),
      },
      this.#out,
    );
    this.#subscriptions.join(name, consumer);
    this.#consumer = consumer;
    this.#group = this.#subscriptions.get(name);
    this.#out.write(confirmationMessage(keyOf(name)));
  }
}

const idsOf = (ids: readonly shared.UUID[]): string[] =>
  ids.flatMap((id) => decodeUuid(new WireReader(Buffer.from(id.serializeBinary()))) ?? []);

const { Action } = messages.ReadReq.Nack;

const actionOf = (action: number): NackAction => {
  if (action === Action.PARK) return 'park';
  return action === Action.RETRY || action === Action.UNKNOWN ? 'retry' : 'skip';
};
