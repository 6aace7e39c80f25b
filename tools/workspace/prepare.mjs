// Runs before `npm start`, `npm test` and the other commands: installs what is missing and, with --build,
// compiles what has changed. Plain JavaScript for Node 20, since it runs before anything is installed; and no Nx,
// which would cost a second `npm start` another second.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isBuilt } from './built.mjs';
import { isInstalled } from './installed.mjs';

const root = resolve(import.meta.dirname, '../..');
const node = join(root, 'node_modules/.bin/node');
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

// CI is set where an install would harm: by specs, which run while others use node_modules.
if (!(process.env.CI && existsSync(node)) && !isInstalled(root)) {
  console.log('Installing what is missing (once; about a minute) …');
  // Under NODE_ENV=production npm would leave the build tools out.
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (process.argv.includes('--build') && !isBuilt(root)) run(node, [join(root, 'tools/workspace/build.mjs')]);
