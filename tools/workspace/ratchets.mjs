// Counts what the code still has of what new code must not have. A number may fall, never rise; its limit is in ratchets.json.
//   node tools/workspace/ratchets.mjs               fails where a number is above its limit; part of `npm run lint`
//   node tools/workspace/ratchets.mjs --list NAME   lists the places
//   node tools/workspace/ratchets.mjs --write       lowers the limits to today's numbers
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

const LIMITS = 'tools/workspace/ratchets.json';
const LONGEST = 300;

const WHAT = {
  literalSpreads: 'spreads of a literal, such as `...{ a, b }`',
  longFiles: `files of more than ${LONGEST} lines`,
  importCycles: 'files in a cycle of imports',
  underscoreMembers: 'accesses to a member that its library calls private, such as `call._stream`',
  doubleCasts: 'casts of a cast, such as `client as unknown as Inside`, which hide what the compiler would say',
  innerImports: "imports of a package's inner files, such as `package/dist/file.js`",
};

/** The counted thing that a syntax node is, if it is one. */
function kindOf(node) {
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) {
    const { expression } = node;
    return ts.isObjectLiteralExpression(expression) || ts.isArrayLiteralExpression(expression)
      ? 'literalSpreads'
      : null;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const isOwn = node.expression.kind === ts.SyntaxKind.ThisKeyword;
    return node.name.text.startsWith('_') && !isOwn ? 'underscoreMembers' : null;
  }
  if (ts.isAsExpression(node)) return ts.isAsExpression(node.expression) ? 'doubleCasts' : null;
  if (ts.isImportDeclaration(node))
    return /^(@[^/]+\/)?[\w-]+\/(dist|lib|src|generated)\//.test(node.moduleSpecifier.text) ? 'innerImports' : null;
  return null;
}

/** Places by what is found there: `{ longFiles: ['libs/a.ts:301'], … }`. */
function findAll() {
  const found = Object.fromEntries(Object.keys(WHAT).map((name) => [name, []]));
  const imports = new Map();
  const exclude = (path) => /(^|\/)(node_modules|dist|files)$/.test(path);
  for (const file of globSync('{apps,libs,tools}/**/*.{ts,js,mjs}', { exclude }).sort()) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
    const visit = (node) => {
      const kind = kindOf(node);
      if (kind) found[kind].push(`${file}:${lineOf(node.getStart(source))}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
    const lines = source.text.trimEnd().split('\n').length;
    if (lines > LONGEST) found.longFiles.push(`${file}:${lines}`);
    imports.set(file, importsOf(source));
  }
  found.importCycles = [...imports.keys()].filter((file) => reachedFrom(file, imports).has(file));
  return found;
}

/** The files that a file imports by a relative path; those of types count, since a reader follows them as well. */
const importsOf = ({ fileName, statements }) =>
  statements
    .map(({ moduleSpecifier }) => moduleSpecifier?.text ?? '')
    .filter((path) => path.startsWith('.'))
    .map((path) => posix.join(posix.dirname(fileName), path).replace(/\.js$/, '.ts'));

function reachedFrom(file, imports) {
  const reached = new Set();
  for (const next = [file]; next.length > 0;)
    for (const imported of imports.get(next.pop()) ?? [])
      if (!reached.has(imported)) {
        reached.add(imported);
        next.push(imported);
      }
  return reached;
}

const found = findAll();
const [option, listed] = process.argv.slice(2);
if (option === '--list') {
  console.log((found[listed] ?? [`there is no ${listed}, only ${Object.keys(WHAT).join(', ')}`]).join('\n'));
} else {
  const limits = JSON.parse(readFileSync(LIMITS, 'utf8'));
  const lowered = {};
  for (const [name, { length }] of Object.entries(found)) {
    const limit = limits[name] ?? Infinity;
    lowered[name] = Math.min(limit, length);
    if (length > limit) {
      console.error(`${name}: ${length}, but at most ${limit} are allowed: ${WHAT[name]}.`);
      console.error(`  \`node tools/workspace/ratchets.mjs --list ${name}\` lists them.`);
      process.exitCode = 1;
    }
    if (length < limit && option !== '--write')
      console.log(
        `${name}: ${length}, down from ${limit}. \`node tools/workspace/ratchets.mjs --write\` lowers the limit.`,
      );
  }
  if (option === '--write') writeFileSync(LIMITS, `${JSON.stringify(lowered, null, 2)}\n`);
}
