import streams from '@eventstore/db-client/generated/streams_pb.js';
import { BadRequest, asRpcError, streamDeleted, wrongExpectedVersion } from '../server/errors.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';
import type { ExpectedRevision } from '../storage/numbers.js';
import type { Writes } from '../storage/writer.js';
import { storageFailure } from './append.js';
import { isValidName } from './expected-revision.js';

type Options = streams.DeleteReq.Options | streams.TombstoneReq.Options;

const expectedOf = (options: Options): ExpectedRevision => {
  if (options.hasRevision()) return Math.min(Number(options.getRevision()), Number.MAX_SAFE_INTEGER - 1);
  if (options.hasNoStream()) return NO_STREAM;
  if (options.hasAny()) return ANY;
  if (options.hasStreamExists()) return STREAM_EXISTS;
  throw new BadRequest('A deletion needs to say what it expects.');
};

const remove = async (writer: Writes, kind: 'delete' | 'tombstone', options: Options | undefined): Promise<number> => {
  const stream = Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  if (!options || !isValidName(stream)) throw new BadRequest(`A stream cannot be named '${stream}'.`);
  const expected = expectedOf(options);
  const result = await writer.execute({ kind, stream, expected });
  if (result.outcome === 'done') return result.position;
  if (result.outcome === 'wrong') {
    const said = options.hasRevision() ? options.getRevision() : expected;
    throw wrongExpectedVersion(stream, said, result.current);
  }
  throw result.outcome === 'failed' ? storageFailure(result.message) : streamDeleted(stream);
};

/** Soft: `$tb` hides everything; the stream may be written to again. */
export const deleteStream = async (writer: Writes, request: streams.DeleteReq): Promise<streams.DeleteResp> => {
  const position = String(await remove(writer, 'delete', request.getOptions()).catch(rethrow));
  const at = new streams.DeleteResp.Position();
  at.setCommitPosition(position);
  at.setPreparePosition(position);
  const response = new streams.DeleteResp();
  response.setPosition(at);
  return response;
};

/** For ever. */
export const tombstone = async (writer: Writes, request: streams.TombstoneReq): Promise<streams.TombstoneResp> => {
  const position = String(await remove(writer, 'tombstone', request.getOptions()).catch(rethrow));
  const at = new streams.TombstoneResp.Position();
  at.setCommitPosition(position);
  at.setPreparePosition(position);
  const response = new streams.TombstoneResp();
  response.setPosition(at);
  return response;
};

const rethrow = (error: unknown): never => {
  throw asRpcError(error);
};
