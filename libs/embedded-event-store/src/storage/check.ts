import { DatabaseSync } from 'node:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeRecord } from '../protobuf/recorded-event.js';
import { TOMBSTONE } from './numbers.js';
import { messageOf } from './message-of.js';
import { hashOfName, segmentOf } from './stream-names.js';
import { DATABASE, FORMAT, formatOf } from './schema.js';

export type CheckResult = { ok: true; events: number; streams: number; end: number } | { ok: false; problem: string };

const bad = (problem: string): CheckResult => ({ ok: false, problem });

/**
 * Verifies a folder without changing it: the database's own structure, every record against its checksum and its row,
 * positions strictly growing, revisions without gaps. The first thing that is wrong, in one line.
 */
export const check = (dir: string): CheckResult => {
  const file = join(dir, DATABASE);
  if (!existsSync(file)) return bad(`${file} is missing`);
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return checkFormat(db) ?? checkStructure(db) ?? checkRevisions(db) ?? checkRecords(db);
    } finally {
      db.close();
    }
  } catch (error) {
    return bad(`${file} cannot be read: ${messageOf(error)}`);
  }
};

const checkFormat = (db: DatabaseSync): CheckResult | undefined => {
  const format = formatOf(db);
  return format === FORMAT ? undefined : bad(`format ${format} is not this program's ${FORMAT}`);
};

const checkStructure = (db: DatabaseSync): CheckResult | undefined => {
  const [first] = db.prepare('pragma integrity_check(1)').all();
  const said = String(first?.['integrity_check']);
  return said === 'ok' ? undefined : bad(`the database is damaged: ${said.replaceAll('\n', ' ')}`);
};

/** Nothing is ever removed: a stream has the revisions 0 … n, and then perhaps a tombstone. */
const checkRevisions = (db: DatabaseSync): CheckResult | undefined => {
  const broken = db
    .prepare(
      `select stream, count(*) as events, max(revision) as last from events where revision < ${TOMBSTONE}
       group by stream having events != last + 1 limit 1`,
    )
    .get();
  if (broken) {
    const { stream, events, last } = broken;
    return bad(`stream number ${stream} has a gap: ${events} events up to revision ${last}`);
  }
  const orphan = db
    .prepare('select position from events where stream not in (select stream from stream_names) limit 1')
    .get();
  return orphan && bad(`the event at position ${orphan['position']} belongs to no stream`);
};

const checkRecords = (db: DatabaseSync): CheckResult => {
  const filed = db.prepare('select 1 from stream_names where segment = ? and hash = ? and stream = ?');
  const rows = db
    .prepare('select position, stream, revision, checksum, record from events order by position')
    .iterate();
  let events = 0;
  let end = 0;
  for (const row of rows) {
    const [position, revision] = [Number(row['position']), Number(row['revision'])];
    const bytes = row['record'] as Uint8Array;
    const at = `the event at position ${position}`;
    if (position <= end) return bad(`${at} is not behind the one before it, at ${end}`);
    if (crc32(bytes) !== Number(row['checksum'])) return bad(`${at} does not match its checksum`);
    const event = decodeRecord(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (event.position !== position || event.revision !== revision) return bad(`${at} says that it is another one`);
    const stream = Number(row['stream']);
    if (!filed.get(segmentOf(stream), hashOfName(event.stream), stream))
      return bad(`${at} is filed under another stream`);
    events++;
    end = position;
  }
  const streams = Number(db.prepare('select count(*) as n from stream_names').get()?.['n']);
  return { ok: true, events, streams, end };
};
