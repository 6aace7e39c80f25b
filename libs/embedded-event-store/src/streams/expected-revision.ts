import { ANY, NO_STREAM, STREAM_EXISTS } from '../storage/numbers.js';
import type { ExpectedRevision } from '../storage/numbers.js';
import { BYTES } from '../protobuf/wire.js';
import type { WireReader } from '../protobuf/wire.js';

/** The fields 2 … 5 of the options of appends, deletes and tombstones are the same everywhere. */
export const readExpected = (tag: number, reader: WireReader): ExpectedRevision => {
  if (tag === 0x10) return Math.min(reader.varint(), Number.MAX_SAFE_INTEGER - 1);
  reader.skip(BYTES);
  if (tag === 0x1a) return NO_STREAM;
  return tag === 0x22 ? ANY : STREAM_EXISTS;
};

export const isExpectedTag = (tag: number): boolean => tag === 0x10 || tag === 0x1a || tag === 0x22 || tag === 0x2a;

/** `$$` alone would be the metastream of nothing. */
export const isValidName = (stream: string): boolean => stream !== '' && stream !== '$$';

/** A StreamIdentifier message: the name. */
export const readStreamName = (reader: WireReader): string => {
  let name = '';
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 0x1a) name = reader.text();
    else reader.skip(tag & 7);
  }
  return name;
};
