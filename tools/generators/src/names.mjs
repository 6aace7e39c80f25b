/** Words that no constant of a module may be called. */
const RESERVED = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for function ' +
    'if implements import in instanceof interface let new null package private protected public return static super switch this ' +
    'throw true try typeof var void while with yield arguments eval undefined'
  ).split(' '),
);

/**
 * How a name is written where: `text-to-win` is `textToWin` as a constant and `TextToWin` as a class. Throws for what is no name.
 *
 * @param {string} name
 * @param {number} longest the most characters it may have
 */
export function namesOf(name, longest) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > longest)
    throw new Error(
      `"${name}" is no name: lower-case letters, digits and single hyphens, at most ${longest} characters`,
    );
  const className = name
    .split('-')
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join('');
  const constantName = className[0].toLowerCase() + className.slice(1);
  if (RESERVED.has(constantName)) throw new Error(`"${name}" is a word of TypeScript; choose another name`);
  return { name, className, constantName };
}
