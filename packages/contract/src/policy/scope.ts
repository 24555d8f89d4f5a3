import { type LinearPattern, linearPattern } from '../pattern.ts';
import type { Constraint } from '../workflow/constraint.ts';
import { compileSchema } from './argument-schema.ts';

/** The first argument that leaves the scope, and what the scope wants of it. */
export interface ScopeViolation {
  readonly field: string;
  readonly expected: string;
}

/** A pattern is tried on values up to this length only: a longer one is a violation, so that matching time stays bounded. */
const MAX_MATCHED = 4096;

interface Compiled {
  readonly pattern: LinearPattern | undefined;
  readonly schema: ReturnType<typeof compileSchema> | undefined;
}

/** Compiled once for each constraint of a policy, since a decision is made at every tool call. */
const COMPILED = new WeakMap<object, Compiled>();

function compiled(constraint: Constraint): Compiled | undefined {
  if (constraint === 'any') return undefined;
  let found = COMPILED.get(constraint);
  if (found === undefined) {
    found = {
      pattern: constraint.pattern === undefined ? undefined : linearPattern(constraint.pattern),
      schema: constraint.schema === undefined ? undefined : compileSchema(constraint.schema),
    };
    COMPILED.set(constraint, found);
  }
  return found;
}

/**
 * Checks arguments against a scope. Paths are dotted (`target.id`); every leaf of the arguments has to be named by the
 * scope, itself or by a parent, and every named path has to be present unless it is `optional`.
 */
export function checkScope(
  scope: Readonly<Record<string, Constraint>>,
  args: unknown,
): ScopeViolation | undefined {
  const paths = Object.keys(scope);
  const stray = leaves(args, '').find(
    (leaf) => !paths.some((path) => leaf === path || leaf.startsWith(`${path}.`)),
  );
  if (stray !== undefined) return { field: stray, expected: 'no such argument: the scope does not name it' };
  for (const path of paths) {
    const constraint = scope[path] as Constraint;
    const value = at(args, path);
    const violation = checkOne(constraint, value);
    if (violation !== undefined) return { field: path, expected: violation };
    const outside = value === undefined ? undefined : compiled(constraint)?.schema?.(value);
    if (outside !== undefined) return { field: `${path}${outside.below}`, expected: outside.expected };
  }
  return undefined;
}

function checkOne(constraint: Constraint, value: unknown): string | undefined {
  if (constraint === 'any') return undefined;
  if (value === undefined) return constraint.optional === true ? undefined : 'a value';
  return firstFailure([
    [constraint.equals === undefined || value === constraint.equals, () => JSON.stringify(constraint.equals)],
    [
      constraint.one_of === undefined || constraint.one_of.some((one) => one === value),
      () => `one of ${JSON.stringify(constraint.one_of)}`,
    ],
    [
      constraint.prefix === undefined || hasPrefix(value, constraint.prefix),
      () => `a text that starts with ${JSON.stringify(constraint.prefix)} and does not climb out of it`,
    ],
    [
      constraint.pattern === undefined || matches(value, constraint),
      () => `a text that matches ${constraint.pattern}`,
    ],
    [
      constraint.min === undefined || (typeof value === 'number' && value >= constraint.min),
      () => `a number of at least ${constraint.min}`,
    ],
    [
      constraint.max === undefined || (typeof value === 'number' && value <= constraint.max),
      () => `a number of at most ${constraint.max}`,
    ],
    [
      constraint.max_length === undefined || lengthOf(value) <= constraint.max_length,
      () => `at most ${constraint.max_length} characters or items`,
    ],
  ]);
}

function firstFailure(checks: readonly (readonly [boolean, () => string])[]): string | undefined {
  return checks.find(([holds]) => !holds)?.[1]();
}

function hasPrefix(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix) && !value.split(/[/\\]/).includes('..');
}

function matches(value: unknown, constraint: Constraint): boolean {
  return (
    typeof value === 'string' &&
    value.length <= MAX_MATCHED &&
    compiled(constraint)?.pattern?.matchesAll(value) === true
  );
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : Number.POSITIVE_INFINITY;
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
      value,
    );
}

/** Dotted paths of what is not a plain object; arrays count as one value, and so does an empty object. */
function leaves(value: unknown, path: string): string[] {
  if (!isObject(value)) return path === '' ? ['(arguments)'] : [path];
  const keys = Object.keys(value);
  if (keys.length === 0) return path === '' ? [] : [path];
  return keys.flatMap((key) => leaves(value[key], path === '' ? key : `${path}.${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
