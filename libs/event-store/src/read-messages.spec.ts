import { createRequire } from 'node:module';
import fc from 'fast-check';
import type * as StreamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type * as SharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type * as Utils from '@eventstore/db-client/dist/utils/index.js';
import { decodeAnswer } from './read-messages.js';

const require = createRequire(import.meta.url);
const load = <T>(name: string): T => require(`@eventstore/db-client/${name}.js`) as T;
const { ReadResp } = load<typeof StreamsPb>('generated/streams_pb');
const { StreamIdentifier, UUID } = load<typeof SharedPb>('generated/shared_pb');
const { convertGrpcEvent } = load<typeof Utils>('dist/utils/index');

const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 });
const uuids = fc.uuid({ version: 4 });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const json = fc.json().map((text) => Buffer.from(text));
const anyBytes = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));

interface Event {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly contentType: string;
  readonly created: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly data: Buffer;
  readonly metadata: Buffer;
}
const ordinary: fc.Arbitrary<Event> = fc.record({
  ...{ id: uuids, stream: texts, type: texts, contentType: fc.constant('application/json') },
  created: fc.bigInt({ min: 0n, max: 10n ** 17n }).map(String),
  ...{ revision: fc.bigInt({ min: 0n, max: 2n ** 53n }), position: fc.bigInt({ min: 0n, max: 2n ** 53n }) },
  ...{ data: json, metadata: fc.oneof(json, fc.constant(Buffer.alloc(0))) },
});
const odd: fc.Arbitrary<Event> = fc.record({
  ...{ id: uuids, stream: texts, type: texts, contentType: texts },
  ...{ created: fc.oneof(texts, u64.map(String)), revision: u64, position: u64, data: anyBytes, metadata: anyBytes },
});

it("reads an event as the client's classes do, whatever it is", () => {
  fc.assert(
    fc.property(fc.oneof(ordinary, odd), fc.boolean(), (event, withLink) => {
      const answer = eventAnswer(event);
      if (withLink) answer.getEvent()?.setLink(answer.getEvent()?.getEvent());
      const bytes = Buffer.from(answer.serializeBinary());
      const theirs = convertGrpcEvent(classOf(ReadResp.deserializeBinary(bytes))) as object;
      const ours = decodeAnswer(bytes);
      // What the client says besides the event, nobody asks for.
      expect(ours instanceof ReadResp ? convertGrpcEvent(classOf(ours)) : { ...theirs, ...ours }).toEqual(theirs);
    }),
  );
});

it('reads an ordinary event itself', () => {
  fc.assert(
    fc.property(ordinary, (event) => {
      fc.pre(event.position > 0n && event.revision < 2n ** 53n && event.position < 2n ** 53n);
      expect(decodeAnswer(Buffer.from(eventAnswer(event).serializeBinary()))).not.toBeInstanceOf(ReadResp);
    }),
  );
});

it("leaves what is no event, and an event whose id is in halves, to the client's classes", () => {
  const checkpoint = new ReadResp.Checkpoint();
  checkpoint.setCommitPosition('7');
  const answer = new ReadResp();
  answer.setCheckpoint(checkpoint);
  expect(decodeAnswer(Buffer.from(answer.serializeBinary()))).toBeInstanceOf(ReadResp);

  const [event] = fc.sample(ordinary, 1);
  const halves = new UUID.Structured();
  halves.setMostSignificantBits('1');
  // There is one: it was asked for.
  const inHalves = eventAnswer(event!);
  inHalves.getEvent()?.getEvent()?.getId()?.setStructured(halves);
  expect(decodeAnswer(Buffer.from(inHalves.serializeBinary()))).toBeInstanceOf(ReadResp);
});

function classOf(answer: StreamsPb.ReadResp): StreamsPb.ReadResp.ReadEvent {
  const event = answer.getEvent();
  if (!event) throw new Error('it has no event');
  return event;
}

function eventAnswer(event: Event): StreamsPb.ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  const id = new UUID();
  id.setString(event.id);
  recorded.setId(id);
  const stream = new StreamIdentifier();
  stream.setStreamName(Buffer.from(event.stream));
  recorded.setStreamIdentifier(stream);
  recorded.setStreamRevision(String(event.revision));
  recorded.setPreparePosition(String(event.position));
  recorded.setCommitPosition(String(event.position));
  const map = recorded.getMetadataMap();
  map.set('type', event.type).set('content-type', event.contentType).set('created', event.created);
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const resolved = new ReadResp.ReadEvent();
  resolved.setEvent(recorded);
  resolved.setCommitPosition(String(event.position));
  const answer = new ReadResp();
  answer.setEvent(resolved);
  return answer;
}
