// Whether node_modules is what package-lock.json asks for, by the lockfile that npm itself leaves in node_modules:
// an `npm ci` by hand counts, and a package-lock.json that has changed since is noticed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} root the workspace's folder */
export function isInstalled(root) {
  const kept = join(root, 'node_modules/.package-lock.json');
  // An install script downloads the pinned Node; it may have failed.
  if (!existsSync(kept) || !existsSync(join(root, 'node_modules/.bin/node'))) return false;
  const locked = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(kept);
  const isCurrent = ([path, { version, link, optional }]) => {
    if (!path.startsWith('node_modules/')) return true;
    // A generator links a new library of the workspace without npm.
    if (link) return existsSync(join(root, path));
    // npm leaves out the optional packages of other platforms.
    return path in installed ? installed[path].version === version : optional === true;
  };
  return Object.entries(locked).every(isCurrent);
}

const packagesOf = (lockfile) => JSON.parse(readFileSync(lockfile, 'utf8')).packages;
