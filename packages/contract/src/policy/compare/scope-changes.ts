import { canonicalJson } from '../../evidence/canonical-json.ts';
import type { Constraint } from '../../workflow/constraint.ts';
import { type Files, type Judgement, type PolicyChange, type Rule, same } from './change.ts';
import { constraint, count } from './rule-makers.ts';

type Scope = Readonly<Record<string, Constraint>> | undefined;

/** A rule for each key of a constraint. */
export const CONSTRAINT_RULES: Readonly<Record<string, Rule>> = {
  equals: constraint('the value', () => ({ effect: 'loosens', why: 'another value is allowed' })),
  one_of: constraint('the values', oneOf),
  prefix: constraint('the beginning', (before, after) =>
    String(after).startsWith(String(before))
      ? { effect: 'tightens', why: 'a longer beginning' }
      : { effect: 'loosens', why: 'texts with another beginning are allowed' },
  ),
  pattern: constraint('the form', () => ({
    effect: 'unclear',
    why: 'two patterns cannot be compared: read them',
  })),
  schema: constraint('the schema', () => ({
    effect: 'unclear',
    why: 'two schemas cannot be compared: read them',
  })),
  min: count({ more: 'tightens', what: 'the least' }),
  max: count({ more: 'loosens', what: 'the most' }),
  max_length: count({ more: 'loosens', what: 'the length' }),
  optional: (before, after) => {
    if ((before === true) === (after === true))
      return { effect: 'neutral', why: 'what leaving it out means' };
    return after === true
      ? { effect: 'loosens', why: 'the argument may be left out' }
      : { effect: 'tightens', why: 'the argument may no longer be left out' };
  },
};

/** The differences between two scopes of one tool. `at` is the path of the scope. */
export function scopeChanges(before: Scope, after: Scope, at: string, files: Files): PolicyChange[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [{ path: at, before, after, ...wholeScope(before) }];
  }
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return paths.flatMap((path) => {
    const [old, now] = [before[path], after[path]];
    if (old !== undefined && now !== undefined) return constraintChanges(old, now, `${at}[${path}]`, files);
    const judgement = old === undefined ? named(before, after, path) : unnamed(after, path, old);
    return [{ path: `${at}[${path}]`, before: old, after: now, ...judgement }];
  });
}

/** Only a class-1 tool can do without a scope; with one, a call that a hint raises to class 2 is no longer refused. */
function wholeScope(before: Scope): Judgement {
  return before === undefined
    ? { effect: 'loosens', why: 'a call that a hint raises now has its scope, and was refused' }
    : { effect: 'loosens', why: 'any argument is allowed now' };
}

/** An argument that the scope did not name was refused, unless it named a parent of it. */
function named(before: NonNullable<Scope>, after: NonNullable<Scope>, path: string): Judgement {
  if (!hasParent(before, path)) return { effect: 'loosens', why: 'an argument that was refused is allowed' };
  return after[path] === 'any'
    ? { effect: 'neutral', why: 'the scope names its parent already' }
    : { effect: 'tightens', why: 'a field of an argument is constrained' };
}

function unnamed(after: NonNullable<Scope>, path: string, old: Constraint): Judgement {
  if (old !== 'any' && old.optional !== true)
    return { effect: 'loosens', why: 'a call without this argument was refused' };
  if (!hasParent(after, path))
    return old !== 'any' && hasChild(after, path)
      ? { effect: 'loosens', why: 'fields of the argument are allowed that its constraint refused' }
      : { effect: 'tightens', why: 'the argument is refused' };
  return old === 'any'
    ? { effect: 'neutral', why: 'the scope names its parent as well' }
    : { effect: 'loosens', why: 'a field of an argument is no longer constrained' };
}

function hasChild(scope: NonNullable<Scope>, path: string): boolean {
  return Object.keys(scope).some((other) => other.startsWith(`${path}.`));
}

function hasParent(scope: NonNullable<Scope>, path: string): boolean {
  return Object.keys(scope).some((other) => path.startsWith(`${other}.`));
}

function constraintChanges(before: Constraint, after: Constraint, at: string, files: Files): PolicyChange[] {
  const [old, now] = [keysOf(before), keysOf(after)];
  return Object.entries(CONSTRAINT_RULES).flatMap(([key, rule]) => {
    const [a, b] = [old[key], now[key]];
    if (same(a, b)) return [];
    return [{ path: `${at}.${key}`, before: a, after: b, ...rule(a, b, files) }];
  });
}

/** `any` constrains nothing and needs no value. */
function keysOf(value: Constraint): Readonly<Record<string, unknown>> {
  return value === 'any' ? { optional: true } : value;
}

function oneOf(before: unknown, after: unknown): Judgement {
  const [old, now] = [before, after].map((list) => (list as unknown[]).map(canonicalJson));
  const more = (now ?? []).filter((each) => !(old ?? []).includes(each));
  if (more.length > 0) return { effect: 'loosens', why: `also allows ${more.join(', ')}` };
  return (now ?? []).length < (old ?? []).length
    ? { effect: 'tightens', why: 'fewer values are allowed' }
    : { effect: 'neutral', why: 'the same values, in another order' };
}
