// Errors of BatchAppend are messages with details, never a status: the stream goes on. Each one needs
// `stream_identifier` and `details`, or the client crashes.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import { MAX_APPEND_SIZE } from '../server/errors.js';
import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';
import type { ExpectedRevision } from '../storage/numbers.js';

interface Details {
  serializeBinary(): Uint8Array;
}

export interface BatchError {
  code: number;
  message: string;
  type: string;
  details: Details;
}

const { Code } = codes;

export const wrongVersion = (stream: string, expected: ExpectedRevision, current: number): BatchError => {
  const details = new shared.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new shared.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (expected === ANY) details.setExpectedAny(new shared.Empty());
  else if (expected === NO_STREAM) details.setExpectedNoStream(new shared.Empty());
  else if (expected === STREAM_EXISTS) details.setExpectedStreamExists(new shared.Empty());
  else details.setExpectedStreamPosition(String(expected));
  const message = `Append failed due to WrongExpectedVersion. Stream: ${stream}, current revision: ${current}`;
  return { code: Code.FAILED_PRECONDITION, message, type: 'WrongExpectedVersion', details };
};

export const deleted = (stream: string): BatchError => {
  const details = new shared.StreamDeleted();
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  details.setStreamIdentifier(identifier);
  return {
    code: Code.FAILED_PRECONDITION,
    message: `Event stream '${stream}' is deleted.`,
    type: 'StreamDeleted',
    details,
  };
};

export const timedOut = (): BatchError => ({
  ...{ code: Code.DEADLINE_EXCEEDED, message: 'The deadline has passed.', type: 'Timeout' },
  details: new shared.Timeout(),
});

export const tooLarge = (): BatchError => {
  const details = new shared.MaximumAppendSizeExceeded();
  details.setMaxappendsize(MAX_APPEND_SIZE);
  const message = `Maximum Append Size of ${MAX_APPEND_SIZE} bytes exceeded.`;
  return { code: Code.INVALID_ARGUMENT, message, type: 'MaximumAppendSizeExceeded', details };
};

/** The client shows the sentence of an error only where it does not know the details. */
export const badRequest = (message: string): BatchError => {
  const details = new shared.BadRequest();
  details.setMessage(message);
  return { code: Code.INVALID_ARGUMENT, message, type: 'BadRequest', details };
};

export const failed = (message: string): BatchError => ({
  ...badRequest(`The event store cannot write: ${message}`),
  code: Code.INTERNAL,
});

/** BatchAppendResp `error`; the correlation id is the request's own bytes. */
export const errorMessage = (correlationId: Buffer, stream: string, error: BatchError): Buffer => {
  const details = new any.Any();
  details.pack(error.details.serializeBinary(), `event_store.client.${error.type}`);
  const status = new statusMessages.Status();
  status.setCode(error.code);
  status.setMessage(error.message);
  status.setDetails(details);
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(shared.UUID.deserializeBinary(correlationId));
  response.setError(status);
  response.setStreamIdentifier(identifier);
  return Buffer.from(response.serializeBinary());
};
