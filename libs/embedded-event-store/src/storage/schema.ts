import type { DatabaseSync } from 'node:sqlite';
import { hashOfName, segmentOf } from './stream-names.js';

type Step = (db: DatabaseSync) => void;

const sql =
  (statements: string): Step =>
  (db) =>
    db.exec(statements);

/** Step N brings a folder of version N to version N + 1. Steps are never changed once released, only added. */
const migrations: readonly Step[] = [
  sql(`create table streams (name text primary key, id integer not null) without rowid, strict;
   create table events (
     position integer primary key,
     stream integer not null,
     revision integer not null,
     checksum integer not null,
     record blob not null
   ) strict;
   create unique index events_by_revision on events (stream, revision);`),
  sql(`create table persistent_subscriptions (
     key text primary key,
     configuration text not null,
     checkpoint text
   ) without rowid, strict;`),
  (db) => {
    db.function('hash_of_name', { deterministic: true }, (name) => hashOfName(String(name)));
    db.function('segment_of', { deterministic: true }, (stream) => segmentOf(Number(stream)));
    db.exec(`create table stream_names (
       segment integer not null,
       hash integer not null,
       stream integer not null,
       primary key (segment, hash, stream)
     ) without rowid, strict;
     insert into stream_names select segment_of(id), hash_of_name(name), id from streams order by 1, 2;
     drop table streams;`);
  },
];

/** The version of the format that this program writes. */
export const FORMAT = migrations.length;

const APPLICATION_ID = 0x6d6f6573; // "moes", so that `file` and other tools know whose database it is

export const formatOf = (db: DatabaseSync): number => Number(db.prepare('pragma user_version').get()?.['user_version']);

/** Brings an older (or empty) database to this program's format. Throws on a newer one, and on somebody else's. */
export const migrate = (db: DatabaseSync, to = FORMAT): void => {
  const format = formatOf(db);
  const application = Number(db.prepare('pragma application_id').get()?.['application_id']);
  if (format > 0 && application !== APPLICATION_ID) throw new Error('this is not an event store');
  if (format > FORMAT)
    throw new Error(`the folder has format ${format}, this program knows formats up to ${FORMAT}: use a newer program`);
  for (const [index, step] of migrations.slice(format, to).entries()) {
    db.exec('begin immediate');
    try {
      step(db);
      db.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${format + index + 1}; commit`);
    } catch (error) {
      db.exec('rollback');
      throw error;
    }
  }
};

/** The database's file inside its folder. */
export const DATABASE = 'events.db';
