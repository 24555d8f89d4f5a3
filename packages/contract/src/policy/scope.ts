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

/** One path of a scope, taken apart once. */
interface Place {
  readonly path: string;
  readonly keys: readonly string[];
  readonly constraint: Constraint;
}

const PLACES = new WeakMap<object, readonly Place[]>();

function placesOf(scope: Readonly<Record<string, Constraint>>): readonly Place[] {
  let places = PLACES.get(scope);
  if (places === undefined) {
    places = Object.entries(scope).map(([path, constraint]) => {
      return { path, keys: path.split('.'), constraint };
    });
    PLACES.set(scope, places);
  }
  return places;
}

/**
 * Checks arguments against a scope. Paths are dotted (`target.id`); every leaf of the arguments has to be named by the
 * scope, itself or by a parent, and every named path has to be present unless it is `optional`. A key that holds a dot is
 * one key, and names no field of another.
 */
export function checkScope(
  scope: Readonly<Record<string, Constraint>>,
  args: unknown,
): ScopeViolation | undefined {
  const places = placesOf(scope);
  const stray = leaves(args, []).find((leaf) => !places.some(({ keys }) => isWithin(leaf, keys)));
  if (stray !== undefined)
    return {
      field: stray.join('.') || '(arguments)',
      expected: 'no such argument: the scope does not name it',
    };
  for (const { path, keys, constraint } of places) {
    if (constraint === 'any') continue;
    const value = at(args, keys);
    const violation = checkOne(constraint, value);
    if (violation !== undefined) return { field: path, expected: violation };
    const outside = value === undefined ? undefined : compiled(constraint)?.schema?.(value);
    if (outside !== undefined) return { field: `${path}${outside.below}`, expected: outside.expected };
  }
  return undefined;
}

function checkOne(constraint: Exclude<Constraint, 'any'>, value: unknown): string | undefined {
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
  return typeof value === 'string' && value.startsWith(prefix) && !climbs(value);
}

/** As a path, or as URLs are read: without tabs and line ends, `%2e` a dot, and the path over at `?` or `#`. */
function climbs(text: string): boolean {
  const read = text.replaceAll(/[\t\n\r]/g, '').replaceAll(/%2e/gi, '.');
  return read.split(/[/\\?#]/).includes('..');
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

function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    value,
  );
}

/** Where there is what is not a plain object; arrays count as one value, and so does an empty object. */
function leaves(value: unknown, place: readonly string[]): (readonly string[])[] {
  if (!isObject(value)) return [place];
  const keys = Object.keys(value);
  if (keys.length === 0) return place.length === 0 ? [] : [place];
  return keys.flatMap((key) => leaves(value[key], [...place, key]));
}

function isWithin(leaf: readonly string[], keys: readonly string[]): boolean {
  return keys.every((key, depth) => leaf[depth] === key);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
