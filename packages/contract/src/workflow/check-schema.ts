import { isMap, keywordKind, unknownKeyword, valueProblem } from './schema-keywords.ts';
import { workProblems } from './schema-work.ts';

/** A problem of a JSON Schema, at the path below it. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const MAX_DEPTH = 16;
const MAX_CHARACTERS = 32_768;
/** Objects, lists and scalars of one schema, counted as often as they are met: YAML aliases can tie circles. */
const MAX_NODES = 3000;

/**
 * What is wrong with the JSON Schema of a scope constraint: unknown keywords (which JSON Schema itself would ignore, so
 * that a misspelt one would allow everything), values of the wrong kind, and what would make checking a call take long.
 */
export function checkJsonSchema(schema: unknown): SchemaProblem[] {
  if (isTooLarge(schema)) return [{ path: [], message: `a schema has at most ${MAX_NODES} parts` }];
  const problems: SchemaProblem[] = [];
  checkNode(schema, [], problems);
  if (problems.length > 0 || !isMap(schema)) return problems;
  if (JSON.stringify(schema).length > MAX_CHARACTERS)
    return [{ path: [], message: `a schema has at most ${MAX_CHARACTERS} characters` }];
  return workProblems(schema);
}

function isTooLarge(schema: unknown): boolean {
  let nodes = 0;
  const open: unknown[] = [schema];
  while (open.length > 0 && nodes <= MAX_NODES) {
    const next = open.pop();
    nodes += 1;
    if (typeof next === 'object' && next !== null) for (const each of Object.values(next)) open.push(each);
  }
  return nodes > MAX_NODES;
}

function checkNode(schema: unknown, path: readonly (string | number)[], problems: SchemaProblem[]): void {
  if (typeof schema === 'boolean' && path.length > 0) return;
  const shape = shapeProblem(schema, path.length);
  if (shape !== undefined || !isMap(schema)) {
    problems.push({ path, message: shape ?? '' });
    return;
  }
  for (const [keyword, value] of Object.entries(schema)) checkKeyword(keyword, value, path, problems);
}

function shapeProblem(schema: unknown, depth: number): string | undefined {
  if (!isMap(schema)) return 'write a JSON Schema: an object of keywords';
  if (depth > MAX_DEPTH * 2) return `schemas are nested deeper than ${MAX_DEPTH}`;
  if (depth === 0 && Object.keys(schema).length === 0)
    return 'an empty schema allows everything: write `any` instead of a constraint';
  return undefined;
}

function checkKeyword(
  keyword: string,
  value: unknown,
  parent: readonly (string | number)[],
  problems: SchemaProblem[],
): void {
  const path = [...parent, keyword];
  const kind = keywordKind(keyword);
  if (kind === 'schema') checkNode(value, path, problems);
  else if (kind === 'schema list') checkList(value, path, problems);
  else if (kind === 'schema map') checkMap(value, path, problems);
  else {
    const message =
      kind === undefined
        ? unknownKeyword(keyword)
        : (jsonProblem(value) ?? valueProblem(keyword, kind, value));
    if (message !== undefined) problems.push({ path, message });
  }
  if (keyword === '$defs' && parent.length > 0)
    problems.push({ path, message: 'definitions stand at the top of the schema' });
}

function checkList(value: unknown, path: readonly (string | number)[], problems: SchemaProblem[]): void {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push({ path, message: 'write a list with at least one schema' });
    return;
  }
  for (const [index, each] of value.entries()) checkNode(each, [...path, index], problems);
}

function checkMap(value: unknown, path: readonly (string | number)[], problems: SchemaProblem[]): void {
  if (!isMap(value)) {
    problems.push({ path, message: 'write a schema for each name' });
    return;
  }
  for (const [name, each] of Object.entries(value)) {
    if (name === '__proto__') problems.push({ path, message: 'the name "__proto__" cannot be used' });
    else checkNode(each, [...path, name], problems);
  }
}

/** YAML can say more than JSON: infinities, dates, large integers. */
function jsonProblem(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `values are nested deeper than ${MAX_DEPTH}`;
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'not well-formed text';
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      ? undefined
      : 'not a number that JSON can hold exactly';
  if (typeof value !== 'object' || Object.keys(value).includes('__proto__')) return 'not JSON';
  for (const each of Object.values(value)) {
    const problem = jsonProblem(each, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
