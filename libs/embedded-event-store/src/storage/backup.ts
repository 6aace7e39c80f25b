import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading } from './open.js';
import { DATABASE } from './schema.js';

/**
 * Copies a folder, served or not, into another one: what was acknowledged when it began. The copy is one read
 * transaction, so it is consistent; it holds nobody up.
 */
export const backup = (dir: string, to: string): void => {
  const target = join(to, DATABASE);
  if (existsSync(target)) throw new Error(`${target} is there already`);
  mkdirSync(to, { recursive: true });
  const db = openForReading(join(dir, DATABASE));
  try {
    db.prepare('vacuum into ?').run(target);
  } finally {
    db.close();
  }
};
