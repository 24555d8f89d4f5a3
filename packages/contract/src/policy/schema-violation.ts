import type { OutputUnit } from '@cfworker/json-schema';
import { isMap } from '../workflow/schema-keywords.ts';
import type { SchemaViolation } from './argument-schema.ts';

/** Keywords whose own error only says that something below them failed. */
const WRAPPERS = new Set(
  '$ref allOf if properties additionalProperties dependentSchemas prefixItems items'.split(' '),
);
const MAX_EXPECTED = 300;

/**
 * The first thing that does not fit, by its place below the argument, and what the schema wants there. Says only what
 * the schema says: the value itself is content and must not reach a reason.
 */
export function schemaViolation(
  schema: unknown,
  errors: readonly OutputUnit[],
  value: unknown,
): SchemaViolation {
  const error = errors.find(({ keyword }) => !WRAPPERS.has(keyword)) ?? errors[0];
  if (error === undefined) return { below: '', expected: 'a value that its schema allows' };
  const place = segments(error.instanceLocation);
  const wanted = follow(schema, segments(error.keywordLocation));
  if (error.keyword === 'required' && Array.isArray(wanted)) {
    const holder = at(value, place);
    const missing = wanted.find((name) => !(isMap(holder) && Object.hasOwn(holder, String(name))));
    return { below: below(value, [...place, String(missing)]), expected: 'a value' };
  }
  return { below: below(value, place), expected: inWords(error.keyword, wanted).slice(0, MAX_EXPECTED) };
}

function inWords(keyword: string, wanted: unknown): string {
  switch (keyword) {
    case 'false':
      return 'nothing here: the schema does not allow it';
    case 'type':
      return `a value of type ${Array.isArray(wanted) ? wanted.join(' or ') : String(wanted)}`;
    case 'const':
      return JSON.stringify(wanted) ?? 'the value of the schema';
    case 'enum':
      return `one of ${JSON.stringify(wanted)}`;
    case 'minimum':
      return `a number of at least ${String(wanted)}`;
    case 'maximum':
      return `a number of at most ${String(wanted)}`;
    case 'exclusiveMinimum':
      return `a number above ${String(wanted)}`;
    case 'exclusiveMaximum':
      return `a number below ${String(wanted)}`;
    case 'minLength':
      return `at least ${String(wanted)} characters`;
    case 'maxLength':
      return `at most ${String(wanted)} characters`;
    case 'format':
      return `a text that matches the ${String(wanted)}`;
    case 'not':
      return 'a value that the schema does not exclude';
    default:
      return `what "${keyword}" of the schema asks for`;
  }
}

/** The value of a keyword by its location, through references. */
function follow(schema: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, part) => {
    if (!isMap(node) && !Array.isArray(node)) return undefined;
    const next: unknown = Object.hasOwn(node, part) ? (node as Record<string, unknown>)[part] : undefined;
    return part === '$ref' && typeof next === 'string' ? follow(schema, segments(next)) : next;
  }, schema);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, part)
        ? (node as Record<string, unknown>)[part]
        : undefined,
    value,
  );
}

function below(value: unknown, path: readonly string[]): string {
  return path
    .map((part, depth) => (Array.isArray(at(value, path.slice(0, depth))) ? `[${part}]` : `.${part}`))
    .join('')
    .slice(0, MAX_EXPECTED);
}

/** `#/a~1b/0` → `['a/b', '0']` */
function segments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}
