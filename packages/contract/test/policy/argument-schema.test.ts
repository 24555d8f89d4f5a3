import { Validator } from '@cfworker/json-schema';
import { canonicalJson, checkScope, parseWorkflow } from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORKFLOW_YAML } from '../fixtures.ts';

const order = {
  $defs: { money: { type: 'number', minimum: 0, maximum: 100 } },
  type: 'object',
  properties: {
    to: { type: 'string', format: 'email' },
    reference: { type: 'string', pattern: '^T-\\d+$' },
    lines: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        properties: { sku: { enum: ['a', 'b'] }, amount: { $ref: '#/$defs/money' } },
        required: ['sku', 'amount'],
        additionalProperties: false,
      },
    },
    mode: { anyOf: [{ const: 'fast' }, { type: 'integer' }] },
  },
  required: ['to'],
  additionalProperties: false,
};
const good = { to: 'a@example.com', reference: 'T-12', lines: [{ sku: 'a', amount: 3 }], mode: 'fast' };
const line = (amount: unknown, sku = 'a') => ({ ...good, lines: [good.lines[0], { sku, amount }] });

describe('the field below the argument, and what the schema wants there', () => {
  test.each<[string, unknown, string, string]>([
    ['a format', { ...good, to: 'nobody' }, 'order.to', 'a text that matches the format email'],
    ['a pattern', { ...good, reference: 'x' }, 'order.reference', 'a text that matches the pattern ^T-\\d+$'],
    ['through a reference', line(101), 'order.lines[1].amount', 'a number of at most 100'],
    ['a type', line('1'), 'order.lines[1].amount', 'a value of type number'],
    ['an enumeration', line(1, 'c'), 'order.lines[1].sku', 'one of ["a","b"]'],
    ['a field that is missing', { reference: 'T-1' }, 'order.to', 'a value'],
    [
      'a field that is not known',
      { ...good, cc: 'x' },
      'order.cc',
      'nothing here: the schema does not allow it',
    ],
    [
      'a name with a slash',
      { ...good, 'a/b~#c': 1 },
      'order.a/b~#c',
      'nothing here: the schema does not allow it',
    ],
    ['a choice', { ...good, mode: 'slow' }, 'order.mode', 'what "anyOf" of the schema asks for'],
    [
      'too many',
      { ...good, lines: Array(4).fill(good.lines[0]) },
      'order.lines',
      'what "maxItems" of the schema asks for',
    ],
    ['not an object', 'text', 'order', 'a value of type object'],
  ])('%s', (_, value, field, expected) => {
    expect(checkScope({ order: { schema: order } }, { order: good })).toBeUndefined();
    expect(checkScope({ order: { schema: order } }, { order: value })).toEqual({ field, expected });
  });
});

test('what a violation says comes from the schema, never from the value', () => {
  const secret = 'hunter2-hunter2';
  for (const value of [{ ...good, to: secret }, { ...good, mode: secret }, line(secret), line(1, secret)])
    expect(JSON.stringify(checkScope({ order: { schema: order } }, { order: value }))).not.toContain(secret);
});

test('checking a call leaves the schema, and so the policy version, as they were', () => {
  const before = canonicalJson(order);
  checkScope({ order: { schema: order } }, { order: good });
  expect(canonicalJson(order)).toBe(before);
});

test('where a text is too long to be matched, nothing gets through, not even under a "not"', () => {
  const long = 'x'.repeat(5000);
  for (const schema of [{ not: { pattern: '^secret' } }, { not: { format: 'email' } }, { pattern: 'x' }])
    expect(checkScope({ a: { schema } }, { a: long })).toHaveProperty('field', 'a');
});

test.each([
  ['exponential for a backtracking engine', { pattern: '^(a+)+$' }, `${'a'.repeat(4000)}!`],
  [
    'many patterns over many long texts',
    { items: { allOf: Array.from({ length: 400 }, (_, i) => ({ pattern: `(?:.?){${i + 1}}` })) } },
    Array(1000).fill('a'.repeat(4000)),
  ],
  ['many values', { type: 'array' }, Array(20).fill(Array(900).fill(0))],
  ['a long list', { uniqueItems: true }, Array.from({ length: 100_000 }, (_, i) => i)],
])('a value that would take long is refused: %s', (_, schema, value) => {
  expect(checkScope({ a: { schema } }, { a: value })).toHaveProperty('field', 'a');
});

const schema = fc.letrec<{ any: Record<string, unknown> }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constantFrom('string', 'number', 'object', 'array', 'null') }),
    fc.record({ pattern: fc.constantFrom('^a', 'b$', '[0-9]') }),
    fc.record({ minimum: fc.integer({ min: -2, max: 2 }), maximum: fc.integer({ min: -2, max: 2 }) }),
    fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 0 }), { minLength: 1, maxLength: 3 }) }),
    fc.record({ maxLength: fc.nat(3), allOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 3 }), pattern: fc.constant('a') }),
    fc.record({ not: tie('any') }),
    fc.record({ items: tie('any') }),
    fc.record({ if: tie('any'), else: tie('any') }),
    fc.record({
      properties: fc.dictionary(fc.constantFrom('pattern', 'format', 'a'), tie('any'), {
        noNullPrototype: true,
      }),
      additionalProperties: fc.oneof(fc.boolean(), tie('any')),
    }),
  ),
})).any;

test('our matchers change nothing of what a schema means', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(fc.constantFrom('pattern', 'format', 'a', 'z'), fc.jsonValue({ maxDepth: 1 }), {
      noNullPrototype: true,
    }),
    fc.constantFrom('a', 'ab', 'b', '1', 0, 1, -1),
  );
  fc.assert(
    fc.property(schema, value, (of, it) => {
      const oracle = new Validator(structuredClone(of), '2020-12').validate(structuredClone(it)).valid;
      expect(checkScope({ a: { schema: of } }, { a: it }) === undefined).toBe(oracle);
    }),
    { numRuns: 2000 },
  );
});

describe('a schema in a file', () => {
  const issues = (text: string) => {
    const parsed = parseWorkflow(
      WORKFLOW_YAML.replace('note: {max_length: 200}', `note:\n        schema: ${text}`),
    );
    return parsed.kind === 'invalid' ? parsed.issues : [];
  };

  test('is accepted', () => {
    expect(issues(JSON.stringify(order))).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    [
      'a misspelt keyword',
      '{type: string, maxLenght: 3}',
      /schema\.maxLenght: unknown keyword.*did you mean "maxLength"/,
    ],
    ['a misspelt type', '{type: strng}', /schema\.type: "strng" is not one of .*did you mean "string"/],
    ['a bound that is no number', '{maximum: "5"}', /schema\.maximum: write a number/],
    ['a negative count', '{items: {maxLength: -1}}', /schema\.items\.maxLength: write a whole number/],
    ['a pattern that backtracks', '{pattern: "(?=a)"}', /schema\.pattern: not a pattern.*look-around/],
    ['a format that is not checked', '{format: iban}', /schema\.format: "iban" is not one of/],
    ['another document', '{$ref: "https://example.com/s.json"}', /schema\.\$ref: write a reference/],
    ['a definition that is not there', '{items: {$ref: "#/$defs/nope"}}', /there is no \$defs\/nope/],
    [
      'definitions in a circle',
      '{$ref: "#/$defs/a", $defs: {a: {items: {$ref: "#/$defs/b"}}, b: {not: {$ref: "#/$defs/a"}}}}',
      /refers to itself/,
    ],
    [
      'definitions that double and double again',
      `{$ref: "#/$defs/d0", $defs: {${Array.from({ length: 20 }, (_, i) => `d${i}: {allOf: [{$ref: "#/$defs/d${i + 1}"}, {$ref: "#/$defs/d${i + 1}"}]}`).join(', ')}, d20: true}}`,
      /too large/,
    ],
    ['a circle of aliases', '&a {allOf: [*a, *a, *a]}', /at most|aliases/],
    ['a schema that says nothing', '{}', /an empty schema allows everything/],
    ['a schema that is none', '{items: 3}', /schema\.items: write a JSON Schema/],
    ['a number that JSON has not', '{const: .inf}', /schema\.const: not a number/],
    ['an inherited name', '{properties: {__proto__: {type: string}}}', /__proto__/],
  ])('%s', (_, text, expected) => {
    const said = issues(text).map(({ path, message, line: at }) => {
      expect(at).toBe(path === '' ? expect.any(Number) : 18);
      return `${path}: ${message}`;
    });
    expect(said.join('\n')).toMatch(expected);
  });
});
