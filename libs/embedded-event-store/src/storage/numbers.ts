// Revisions and positions are numbers inside this server: it hands them out itself and never comes near 2^53 (a
// position grows by about the size of an event: nine petabytes). Only the wire has 64 bits.

/** Stands for 2^63−1, the revision of `$streamDeleted`. */
export const TOMBSTONE = Number.MAX_SAFE_INTEGER;
/** `$tb` of a soft-deleted stream, 2^63−1 on the wire. */
export const DELETED = Number.MAX_SAFE_INTEGER;

/** What an append expects: a revision (≥ 0) or one of these. */
export type ExpectedRevision = number;
export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;
