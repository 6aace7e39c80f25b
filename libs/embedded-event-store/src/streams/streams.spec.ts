import {
  EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client';
import type { AllStreamResolvedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { TemporaryStore } from '../testing/temporary-store.js';

const store = new TemporaryStore();
let client: EventStoreDBClient;
beforeAll(async () => {
  client = await store.start();
});
afterAll(() => store.remove());

const event = (n = 0) => jsonEvent({ type: 'tested', data: { n } });
const fill = (stream: string, count: number) =>
  client.appendToStream(
    stream,
    Array.from({ length: count }, (_, n) => event(n)),
  );
const revisions = async (reading: StreamingRead<ResolvedEvent | AllStreamResolvedEvent>): Promise<number[]> => {
  const seen: number[] = [];
  for await (const { event: one } of reading) seen.push(Number(one?.revision));
  return seen;
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const admin = { username: 'admin', password: 'changeit' };

describe('a read', () => {
  it('goes over many pages, both ways', async () => {
    await fill('long', 1000);
    expect(await revisions(client.readStream('long'))).toEqual(upTo(1000));
    const backwards = client.readStream('long', { direction: 'backwards', fromRevision: 'end' });
    expect(await revisions(backwards)).toEqual(upTo(1000).toReversed());
    expect(await revisions(client.readStream('long', { fromRevision: 700n, maxCount: 290 }))).toEqual(
      upTo(990).slice(700),
    );
  });

  it('of $all is the same backwards', async () => {
    const ids: string[] = [];
    for await (const { event: one } of client.readAll()) ids.push(one?.id ?? '');
    const backwards: string[] = [];
    for await (const { event: one } of client.readAll({ direction: 'backwards', fromPosition: 'end' }))
      backwards.push(one?.id ?? '');
    expect(backwards.toReversed()).toEqual(ids);
  });

  it('of $all from its end forwards, or from its start backwards, is empty', async () => {
    expect(await revisions(client.readAll({ fromPosition: 'end' }))).toEqual([]);
    expect(await revisions(client.readAll({ direction: 'backwards', fromPosition: 'start' }))).toEqual([]);
  });

  it('of $all shows what retention hides in the stream', async () => {
    await fill('hidden', 5);
    await client.setStreamMetadata('hidden', { maxCount: 1 });
    let seen = 0;
    for await (const { event: one } of client.readAll()) if (one?.streamId === 'hidden') seen++;
    expect(seen).toBe(5);
    expect(await revisions(client.readStream('hidden'))).toEqual([4]);
  });

  it('backwards from below what is visible is empty', async () => {
    await fill('truncated', 6);
    await client.setStreamMetadata('truncated', { truncateBefore: 4 });
    expect(await revisions(client.readStream('truncated', { direction: 'backwards', fromRevision: 2n }))).toEqual([]);
    expect(await revisions(client.readStream('truncated', { direction: 'backwards', fromRevision: 9n }))).toEqual([
      5, 4,
    ]);
  });
});

describe('metadata', () => {
  it('are the last ones written, and are appended like any event', async () => {
    await fill('described', 1);
    await client.setStreamMetadata('described', { owner: 'a' });
    await client.setStreamMetadata('described', { owner: 'b' }, { expectedRevision: 0n });
    expect((await client.getStreamMetadata('described')).metadata).toEqual({ owner: 'b' });
    expect(await revisions(client.readStream('$$described'))).toEqual([1]);
    await expect(client.setStreamMetadata('described', {}, { expectedRevision: 0n })).rejects.toBeInstanceOf(
      WrongExpectedVersionError,
    );
  });

  it('written for a deleted stream bring it back, empty', async () => {
    await fill('revived', 3);
    await client.deleteStream('revived');
    await expect(revisions(client.readStream('revived'))).rejects.toBeInstanceOf(StreamNotFoundError);
    await client.setStreamMetadata('revived', { owner: 'a' });
    expect(await revisions(client.readStream('revived'))).toEqual([]);
    expect((await client.getStreamMetadata('revived')).metadata).toEqual({ owner: 'a', truncateBefore: 3 });
    await fill('revived', 1);
    expect(await revisions(client.readStream('revived'))).toEqual([3]);
  });

  it('alone let a stream count as existing', async () => {
    await client.setStreamMetadata('foretold', { owner: 'a' });
    const { nextExpectedRevision } = await client.appendToStream('foretold', event(), {
      expectedRevision: 'stream_exists',
    });
    expect(nextExpectedRevision).toBe(0n);
  });
});

describe('a deletion', () => {
  it('may be repeated, and checks the revision', async () => {
    await fill('deleted', 2);
    await expect(client.deleteStream('deleted', { expectedRevision: 0n })).rejects.toBeInstanceOf(
      WrongExpectedVersionError,
    );
    await client.deleteStream('deleted', { expectedRevision: 1n });
    await client.deleteStream('deleted');
    await expect(
      client.appendToStream('deleted', event(), { expectedRevision: 'stream_exists' }),
    ).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('does not end a subscription; a tombstone does, after its event', async () => {
    await fill('followed', 1);
    const seen: string[] = [];
    const subscription = client.subscribeToStream('followed');
    const ended = new Promise((resolve) => subscription.once('error', resolve));
    subscription.on('data', ({ event: one }) => seen.push(one?.type ?? ''));
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await client.deleteStream('followed');
    await client.appendToStream('followed', event());
    await client.tombstoneStream('followed');
    expect(await ended).toBeInstanceOf(StreamDeletedError);
    expect(seen).toEqual(['tested', 'tested', '$streamDeleted']);
  });

  it('for ever hides the metadata as well, which may still be written', async () => {
    await fill('gone', 1);
    await client.tombstoneStream('gone');
    await expect(revisions(client.readStream('$$gone'))).rejects.toBeInstanceOf(StreamDeletedError);
    expect((await client.setStreamMetadata('gone', { owner: 'a' })).success).toBe(true);
    await expect(client.appendToStream('gone', event(), { credentials: admin })).rejects.toBeInstanceOf(
      StreamDeletedError,
    );
  });
});

describe('names', () => {
  it('of any characters come back as they were, in errors percent-encoded', async () => {
    const name = 'ünï ☂-1';
    await fill(name, 1);
    expect(await revisions(client.readStream(name))).toEqual([0]);
    await expect(client.deleteStream(name, { expectedRevision: 7n })).rejects.toMatchObject({
      streamName: '%C3%BCn%C3%AF %E2%98%82-1',
    });
  });
});
