import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { shapeOf, type Shape } from './shape.js';

export interface EventType {
  /** The wire type. */
  readonly type: string;
  readonly file: string;
  readonly shape: Shape;
}

/**
 * Every event type that the sources of the libraries declare: each class that extends `Event('…')`, with the shape of its payload.
 * Throws where one is declared twice, where its type is no literal, and where its payload is no JSON.
 */
export function readEventTypes(root: string): readonly EventType[] {
  const files = globSync('libs/**/src/**/*.ts', {
    cwd: root,
    exclude: (name) => /node_modules|dist|\.spec\.ts$/.test(name),
  })
    .filter((file) => !/\.(spec|contract|d)\.ts$|[/\\]testing[/\\]/.test(file))
    .map((file) => join(root, file))
    .filter((file) => readFileSync(file, 'utf8').includes('extends Event('))
    .sort();
  const program = ts.createProgram(files, compilerOptions(root));
  const checker = program.getTypeChecker();

  const found = new Map<string, EventType>();
  for (const file of files)
    for (const { declaration, type } of declaredEvents(program.getSourceFile(file))) {
      const data = checker.getTypeAtLocation(declaration).getProperty('data');
      if (!data) throw new Error(`${file}: ${type} has no payload; do its imports resolve?`);
      const shape = shapeOf(checker, checker.getTypeOfSymbolAtLocation(data, declaration), type);
      const twin = found.get(type);
      const place = relative(root, file);
      if (twin) throw new Error(`the event type ${type} is declared twice: in ${twin.file} and in ${place}`);
      found.set(type, { type, file: place, shape });
    }
  return [...found.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.base.json');
  const { config, error } = ts.readConfigFile(path, (file) => readFileSync(file, 'utf8'));
  if (error) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root).options;
  // Globals of tests are no part of a payload.
  return { ...parsed, types: ['node'] };
}

function declaredEvents(source: ts.SourceFile | undefined) {
  const events: { declaration: ts.ClassDeclaration; type: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node)) {
      const type = eventTypeOf(node);
      if (type !== null) events.push({ declaration: node, type });
    }
    ts.forEachChild(node, visit);
  };
  if (source) visit(source);
  return events;
}

function eventTypeOf(declaration: ts.ClassDeclaration): string | null {
  const base = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    ?.expression;
  if (!base || !ts.isCallExpression(base) || !ts.isIdentifier(base.expression) || base.expression.text !== 'Event')
    return null;
  const [name] = base.arguments;
  if (name && ts.isStringLiteral(name)) return name.text;
  throw new Error(`${declaration.getSourceFile().fileName}: an event type is named by a literal: Event('VoteCast')`);
}
