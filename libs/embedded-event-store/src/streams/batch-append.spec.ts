import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import grpcStreams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { TemporaryStore } from '../testing/temporary-store.js';

const store = new TemporaryStore();
let client: grpcStreams.StreamsClient;

beforeAll(async () => {
  await store.start();
  client = new grpcStreams.StreamsClient(`127.0.0.1:${store.running.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await store.remove();
});

interface Fragment {
  id: string;
  stream?: string;
  expected?: number;
  deadline?: Date;
  /** Bytes of data of each event. */
  events?: readonly number[];
  final?: boolean;
}

const uuid = (text: string): shared.UUID => {
  const id = new shared.UUID();
  id.setString(text);
  return id;
};

const toRequest = ({
  id,
  stream,
  expected,
  deadline,
  events = [],
  final = false,
}: Fragment): streams.BatchAppendReq => {
  const request = new streams.BatchAppendReq();
  request.setCorrelationId(uuid(id));
  request.setIsFinal(final);
  if (stream !== undefined) {
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    const options = new streams.BatchAppendReq.Options();
    options.setStreamIdentifier(identifier);
    if (expected === undefined) options.setAny(new empty.Empty());
    else options.setStreamPosition(String(expected));
    if (deadline) options.setDeadline(timestamps.Timestamp.fromDate(deadline));
    request.setOptions(options);
  }
  for (const size of events) {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(uuid(randomUUID()));
    message.getMetadataMap().set('type', 'tested').set('content-type', 'application/octet-stream');
    message.setData(Buffer.alloc(size));
    request.addProposedMessages(message);
  }
  return request;
};

/** Sends fragments, closes its half, and gathers what comes until the server has closed the other. */
const send = (fragments: readonly Fragment[]): Promise<Map<string, string[]>> =>
  new Promise((resolve, reject) => {
    const answers = new Map<string, string[]>();
    const call = client.batchAppend();
    call.on('data', (response: streams.BatchAppendResp) => {
      const id = response.getCorrelationId()?.getString() ?? '';
      const error = response.getError();
      const name = Buffer.from(response.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
      const said = error
        ? `${error.getDetails()?.getTypeName().split('.').at(-1)} on ${name}`
        : `revision ${response.getSuccess()?.getCurrentRevision()} on ${name}`;
      answers.set(id, [...(answers.get(id) ?? []), said]);
    });
    call.on('end', () => resolve(answers));
    call.on('error', reject);
    for (const fragment of fragments) call.write(toRequest(fragment));
    call.end();
  });

describe('a batch append', () => {
  it('puts interleaved fragments together by their correlation ids', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const answers = await send([
      { id: a, stream: 'fragments-a', events: [1, 1] },
      { id: b, stream: 'fragments-b', events: [1] },
      { id: a, events: [1] },
      { id: b, events: [1], final: true },
      { id: a, events: [1], final: true },
    ]);
    expect(answers).toEqual(
      new Map([
        [b, ['revision 1 on fragments-b']],
        [a, ['revision 3 on fragments-a']],
      ]),
    );
  });

  it('answers a deadline in the past with a time-out, and writes nothing', async () => {
    const [late, next] = [randomUUID(), randomUUID()];
    const answers = await send([
      { id: late, stream: 'late', events: [1], deadline: new Date('2001-01-01'), final: true },
      { id: next, stream: 'late', events: [1], deadline: new Date('2101-01-01'), final: true },
    ]);
    expect(answers.get(late)).toEqual(['Timeout on late']);
    expect(answers.get(next)).toEqual(['revision 0 on late']);
  });

  it('answers once when it grows too large, ignores the rest of it, and goes on with others', async () => {
    const [large, small] = [randomUUID(), randomUUID()];
    const answers = await send([
      { id: large, stream: 'large', events: [700_000] },
      { id: large, events: [700_000] },
      { id: large, events: [700_000] },
      { id: large, events: [1], final: true },
      { id: small, stream: 'small', events: [1], final: true },
    ]);
    expect(answers.get(large)).toEqual(['MaximumAppendSizeExceeded on large']);
    expect(answers.get(small)).toEqual(['revision 0 on small']);
  });

  it('takes an append of three thousand events as one', async () => {
    const id = randomUUID();
    const answers = await send([
      { id, stream: 'three-thousand', events: Array.from({ length: 1500 }, () => 100) },
      { id, events: Array.from({ length: 1500 }, () => 100), final: true },
    ]);
    expect(answers.get(id)).toEqual(['revision 2999 on three-thousand']);
  });

  it('answers everything that was asked before the client closed its half', async () => {
    const ids = Array.from({ length: 500 }, () => randomUUID());
    const answers = await send(ids.map((id, n) => ({ id, stream: `half-closed-${n % 7}`, events: [10], final: true })));
    expect(answers.size).toBe(500);
    expect([...answers.values()].every((said) => said.length === 1)).toBe(true);
  });

  it('says what is wrong with an append without ending the others', async () => {
    const [wrong, right] = [randomUUID(), randomUUID()];
    const answers = await send([
      { id: wrong, stream: 'not-there', expected: 5, events: [1], final: true },
      { id: right, stream: 'there', events: [1], final: true },
    ]);
    expect(answers.get(wrong)).toEqual(['WrongExpectedVersion on not-there']);
    expect(answers.get(right)).toEqual(['revision 0 on there']);
  });
});
