import { createRequire } from 'node:module';
import fc from 'fast-check';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as SharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as EmptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type * as TimestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { decodeAnswer, encodeRequest, type AppendRequest } from './batch-append-messages.js';

const require = createRequire(import.meta.url);
const { BatchAppendReq, BatchAppendResp } =
  require('@eventstore/db-client/generated/streams_pb.js') as typeof StreamsPb;
const { AllStreamPosition, StreamIdentifier, UUID } =
  require('@eventstore/db-client/generated/shared_pb.js') as typeof SharedPb;
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js') as typeof EmptyPb;
const { Timestamp } = require('google-protobuf/google/protobuf/timestamp_pb.js') as typeof TimestampPb;

const uuids = fc.uuid({ version: 4 });
const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });
const safe = fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) });
const requests: fc.Arbitrary<AppendRequest> = fc.record({
  correlationId: uuids,
  stream: texts,
  events: fc.array(fc.record({ id: uuids, type: texts, data: bytes, metadata: bytes }), { minLength: 1 }),
  expected: fc.oneof(safe, fc.constant('no_stream' as const)),
  deadline: fc.date({ min: new Date('2001-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map(Number),
});

it("writes a request as the client's classes do", () => {
  fc.assert(
    fc.property(requests, (request) => {
      expect(Buffer.from(encodeRequest(request)).toString('hex')).toBe(
        Buffer.from(asClass(request).serializeBinary()).toString('hex'),
      );
    }),
  );
});

it("reads a success as the client's classes do, with an id of either form", () => {
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(uuids, fc.boolean(), u64, u64, texts, (correlationId, structured, revision, position, stream) => {
      const answer = successful(correlationId, structured, stream);
      answer.getSuccess()?.setCurrentRevision(String(revision));
      answer.getSuccess()?.getPosition()?.setCommitPosition(String(position));
      expect(decodeAnswer(Buffer.from(answer.serializeBinary()))).toEqual({
        ...{ correlationId, appended: { revision, position } },
      });
    }),
  );
});

it('says that a position is missing', () => {
  const answer = successful('b0f1c5c6-3f6c-4b5e-9d53-0d7c0d3f9f8e', false, 'a');
  answer.getSuccess()?.clearPosition();
  expect(decodeAnswer(Buffer.from(answer.serializeBinary()))).toMatchObject({
    ...{ correlationId: 'b0f1c5c6-3f6c-4b5e-9d53-0d7c0d3f9f8e', error: expect.any(Error) },
  });
});

it("reads no more of an answer that was cut off than the client's classes do", () => {
  const whole = Buffer.from(successful('b0f1c5c6-3f6c-4b5e-9d53-0d7c0d3f9f8e', false, 'a').serializeBinary());
  const isRead = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  for (let length = 0; length < whole.length; length++) {
    const part = whole.subarray(0, length);
    expect(isRead(() => decodeAnswer(part))).toBe(isRead(() => BatchAppendResp.deserializeBinary(part)));
  }
});

function asClass({ correlationId, stream, events, expected, deadline }: AppendRequest): StreamsPb.BatchAppendReq {
  const options = new BatchAppendReq.Options();
  options.setStreamIdentifier(identifierOf(stream));
  options.setDeadline(Timestamp.fromDate(new Date(deadline)));
  if (expected === 'no_stream') options.setNoStream(new Empty());
  else options.setStreamPosition(expected.toString());
  const request = new BatchAppendReq();
  request.setCorrelationId(uuidOf(correlationId));
  request.setOptions(options);
  request.setProposedMessagesList(
    events.map(({ id, type, data, metadata }) => {
      const message = new BatchAppendReq.ProposedMessage();
      message.setId(uuidOf(id));
      message.getMetadataMap().set('type', type).set('content-type', 'application/json');
      message.setData(data);
      message.setCustomMetadata(metadata);
      return message;
    }),
  );
  request.setIsFinal(true);
  return request;
}

function successful(correlationId: string, structured: boolean, stream: string): StreamsPb.BatchAppendResp {
  const success = new BatchAppendResp.Success();
  success.setCurrentRevision('1');
  const position = new AllStreamPosition();
  position.setCommitPosition('5');
  position.setPreparePosition('5');
  success.setPosition(position);
  const answer = new BatchAppendResp();
  answer.setCorrelationId(structured ? structuredUuidOf(correlationId) : uuidOf(correlationId));
  answer.setSuccess(success);
  answer.setStreamIdentifier(identifierOf(stream));
  answer.setNoStream(new Empty());
  return answer;
}

function identifierOf(stream: string): SharedPb.StreamIdentifier {
  const identifier = new StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

function uuidOf(text: string): SharedPb.UUID {
  const uuid = new UUID();
  uuid.setString(text);
  return uuid;
}

function structuredUuidOf(text: string): SharedPb.UUID {
  const halves = Buffer.from(text.replaceAll('-', ''), 'hex');
  const structured = new UUID.Structured();
  structured.setMostSignificantBits(String(halves.readBigInt64BE(0)));
  structured.setLeastSignificantBits(String(halves.readBigInt64BE(8)));
  const uuid = new UUID();
  uuid.setStructured(structured);
  return uuid;
}
