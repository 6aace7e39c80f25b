import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Catalogue } from './catalogue.js';

/** The workspace: two folders up, from `src` as from `dist`. */
export const root = resolve(import.meta.dirname, '../../..');
const file = join(root, 'tools/event-catalogue/event-catalogue.json');

export const readCatalogue = (): Catalogue => JSON.parse(readFileSync(file, 'utf8')) as Catalogue;

export async function writeCatalogue(catalogue: Catalogue): Promise<void> {
  const { format, resolveConfig } = await import('prettier');
  const options = { ...(await resolveConfig(file)), filepath: file };
  writeFileSync(file, await format(JSON.stringify(catalogue), options));
}
