import type { Post } from './post.js';

/** What one aggregator's folder offers: how its posts are read. Another aggregator is another folder with one of these. */
export interface Gateway {
  /** Recorded with every event, so that it is known for years by which rules a post was read. */
  readonly name: string;
  /**
   * Reads a post. Pure and total: any bytes are a post of one of the three kinds, the same bytes always the same post.
   *
   * @param raw the body as it was sent
   * @param contentType the header as it was sent, or null
   */
  read(raw: Uint8Array, contentType: string | null): Post;
}
