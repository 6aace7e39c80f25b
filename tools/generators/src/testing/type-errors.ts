import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * What TypeScript says of some sources of a workspace, by the workspace's settings. What they import is read, not checked: that takes a
 * quarter of the time.
 *
 * @param patterns of files, from the root
 */
export function typeErrors(root: string, patterns: readonly string[]): readonly string[] {
  const read = ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => readFileSync(file, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent({ ...read.config, files: [] }, ts.sys, root);
  const sources = globSync(patterns, { cwd: root });
  const declarations = globSync('libs/**/src/**/*.d.ts', { cwd: root });
  const program = ts.createProgram(
    [...sources, ...declarations].map((file) => join(root, file)),
    options,
  );
  return sources.flatMap((file) => {
    const source = program.getSourceFile(join(root, file));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  });
}
