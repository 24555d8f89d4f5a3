import { format as formats, type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import { linearPattern } from '../pattern.ts';
import { isMap, keywordKind } from '../workflow/schema-keywords.ts';
import { schemaViolation } from './schema-violation.ts';

/** What a value that leaves its schema is told. */
export interface SchemaViolation {
  /** Path below the argument, e.g. `.lines[2].amount`; empty for the argument itself. */
  readonly below: string;
  readonly expected: string;
}

/** Bounds on what is held against a schema, so that the time that it takes is bounded as well. */
const MAX_VALUES = 10_000;
const MAX_ITEMS = 1000;
const MAX_MATCHED = 4096;
/** Instructions of patterns times characters, over all that one value makes to be matched: well below a second. */
const MAX_MATCHING = 10_000_000;
/** What the expression of a format counts for, beside a pattern's instructions. */
const FORMAT_SIZE = 10;

/** Thrown where a text is too long to be matched: under a `not`, an answer of false would let it through. */
class TooLong extends Error {}

/** What is left of `MAX_MATCHING` in the check that is going on; checks are synchronous, so there is one at a time. */
let matchingLeft = 0;

/** Compiles the schema of a scope constraint, as `checkJsonSchema` accepts it. No code is generated. */
export function compileSchema(
  schema: Readonly<Record<string, unknown>>,
): (value: unknown) => SchemaViolation | undefined {
  const prepared = prepare(schema) as Schema;
  const validator = new Validator(prepared, '2020-12', true);
  return (value) => {
    const oversize = sizeProblem(value);
    if (oversize !== undefined) return { below: '', expected: oversize };
    matchingLeft = MAX_MATCHING;
    try {
      const { valid, errors } = validator.validate(value);
      return valid ? undefined : schemaViolation(prepared, errors as readonly OutputUnit[], value);
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      return {
        below: '',
        expected: `less text where patterns and formats apply, at most ${MAX_MATCHED} characters each`,
      };
    }
  };
}

/**
 * A copy with every `pattern` and `format` pointed at a matcher of our own, since the validator would run V8's. A copy
 * also because the validator writes into the schema that it is given, and this one is part of the policy's digest.
 */
function prepare(schema: unknown): unknown {
  if (!isMap(schema)) return schema;
  const entries: [string, unknown][] = [];
  const matchers: { format: string }[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const kind = keywordKind(keyword);
    if (kind === 'pattern' || kind === 'format') matchers.push({ format: matcher(kind, String(value)) });
    else if (kind === 'schema') entries.push([keyword, prepare(value)]);
    else if (kind === 'schema list') entries.push([keyword, (value as unknown[]).map(prepare)]);
    else if (kind === 'schema map')
      entries.push([
        keyword,
        Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, prepare(each)])),
      ]);
    else entries.push([keyword, value]);
  }
  const copy = Object.fromEntries(entries);
  if (matchers.length === 0) return copy;
  return { ...copy, allOf: [...((copy['allOf'] as unknown[] | undefined) ?? []), ...matchers] };
}

/** The name of a format that holds exactly where the pattern or format does; one for each pattern of the policy in force. */
function matcher(kind: 'pattern' | 'format', text: string): string {
  const name = `${kind} ${text}`;
  formats[name] ??= kind === 'pattern' ? patternMatcher(text) : formatMatcher(text);
  return name;
}

function patternMatcher(pattern: string): (text: string) => boolean {
  const { matchesPart, size } = linearPattern(pattern);
  return bounded(matchesPart, size);
}

function formatMatcher(format: string): (text: string) => boolean {
  return bounded(formats[format] ?? (() => false), FORMAT_SIZE);
}

function bounded(test: (text: string) => boolean, size: number): (text: string) => boolean {
  return (text) => {
    matchingLeft -= size * text.length;
    if (text.length > MAX_MATCHED || matchingLeft < 0) throw new TooLong();
    return test(text);
  };
}

function sizeProblem(value: unknown): string | undefined {
  let values = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next) && next.length > MAX_ITEMS) return `at most ${MAX_ITEMS} items in a list`;
    if (typeof next !== 'object' || next === null) continue;
    const below = Object.values(next);
    values += below.length;
    if (values > MAX_VALUES) return `at most ${MAX_VALUES} values`;
    for (const each of below) open.push(each);
  }
  return undefined;
}
