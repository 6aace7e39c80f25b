import ts from 'typescript';

/**
 * A payload's type as JSON: an object by its fields (`name?` is optional, `[string]` stands for any name), a list as an array of one
 * shape, alternatives that are objects or lists under `|`, and everything else as TypeScript writes it, sorted.
 */
export type Shape = string | readonly [Shape] | { readonly [field: string]: Shape | readonly Shape[] };

/** The shape of a type. Throws for what is no JSON: functions, symbols, bigints, `any`. */
export function shapeOf(checker: ts.TypeChecker, type: ts.Type, where: string, within: readonly ts.Type[] = []): Shape {
  if (within.includes(type)) throw new Error(`${where} contains itself: its shape has no end`);
  if (type.isUnion()) return unionShape(checker, type, where, within);
  const plain = plainName(checker, type);
  if (plain !== null) return plain;
  if (checker.isTupleType(type) || checker.isArrayType(type)) {
    const elements = checker.getTypeArguments(type as ts.TypeReference);
    const [only] = elements;
    if (checker.isArrayType(type) && only) return [shapeOf(checker, only, `${where}[]`, [...within, type])];
    return { tuple: elements.map((element, n) => shapeOf(checker, element, `${where}[${n}]`, [...within, type])) };
  }
  if (type.getCallSignatures().length > 0) throw new Error(`${where} is a function: a payload is JSON`);
  return objectShape(checker, type, where, [...within, type]);
}

const PLAIN =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Unknown |
  ts.TypeFlags.Never |
  ts.TypeFlags.NonPrimitive;

function plainName(checker: ts.TypeChecker, type: ts.Type): string | null {
  const { flags } = type;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.BigIntLike | ts.TypeFlags.ESSymbolLike))
    throw new Error(`${checker.typeToString(type)} is no type of a payload: a payload is JSON`);
  // A branded string is a string to whoever reads the log.
  if (type.isIntersection()) {
    const base = type.types.find((part) => part.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike));
    return base ? plainName(checker, base) : null;
  }
  if (type.isStringLiteral()) return `'${type.value}'`;
  return flags & PLAIN ? checker.typeToString(type) : null;
}

function unionShape(checker: ts.TypeChecker, union: ts.UnionType, where: string, within: readonly ts.Type[]): Shape {
  const members = union.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const shapes = members.map((member) => shapeOf(checker, member, where, within));
  const names = shapes.filter((shape) => typeof shape === 'string');
  const both = names.includes('true') && names.includes('false');
  const plain = names.filter((name) => !both || (name !== 'true' && name !== 'false'));
  const sorted = [...plain, ...(both ? ['boolean'] : [])].sort().join(' | ');
  const compound = shapes.filter((shape) => typeof shape !== 'string');
  if (compound.length === 0) return sorted;
  const ordered = compound.map((shape) => JSON.stringify(shape)).sort();
  const alternatives = [...ordered.map((shape) => JSON.parse(shape) as Shape), ...(sorted ? [sorted] : [])];
  const [only] = alternatives;
  return alternatives.length === 1 && only !== undefined ? only : { '|': alternatives };
}

function objectShape(checker: ts.TypeChecker, type: ts.Type, where: string, within: readonly ts.Type[]): Shape {
  const fields = checker.getPropertiesOfType(type).map((property): [string, Shape] => {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const field = optional ? `${property.name}?` : property.name;
    return [field, shapeOf(checker, checker.getTypeOfSymbol(property), `${where}.${property.name}`, within)];
  });
  for (const { type: value } of checker.getIndexInfosOfType(type))
    fields.push(['[string]', shapeOf(checker, value, `${where}[string]`, within)]);
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
