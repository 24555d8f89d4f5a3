import { type Constraint, checkScope } from '@tollgate/contract';
import { expect, test } from 'vitest';

test.each<[string, Record<string, Constraint>, unknown, unknown]>([
  ['equality', { kind: { equals: 'a' } }, { kind: 'a' }, { kind: 'b' }],
  ['equality does not coerce', { count: { equals: 1 } }, { count: 1 }, { count: '1' }],
  ['one of', { kind: { one_of: ['a', 1] } }, { kind: 1 }, { kind: 'c' }],
  ['prefix', { path: { prefix: 'docs/' } }, { path: 'docs/a.md' }, { path: 'src/a.md' }],
  [
    'prefix is not climbed out of',
    { path: { prefix: 'docs/' } },
    { path: 'docs/a..b' },
    { path: 'docs/../secrets' },
  ],
  [
    'prefix, with back slashes',
    { path: { prefix: 'docs\\' } },
    { path: 'docs\\a' },
    { path: 'docs\\..\\secrets' },
  ],
  ...[
    'https://a.example/docs/%2e%2e/secrets',
    'https://a.example/docs/.%2E/secrets',
    'https://a.example/docs/.\t./secrets',
    'https://a.example/docs/..?of=secrets',
    'https://a.example/docs/..#secrets',
  ].map((url): [string, Record<string, Constraint>, unknown, unknown] => [
    `prefix of an address is not climbed out of: ${JSON.stringify(url)}`,
    { url: { prefix: 'https://a.example/docs/' } },
    { url: 'https://a.example/docs/a%2eb..?of=..c' },
    { url },
  ]),
  ['a pattern is anchored', { id: { pattern: 'a|b' } }, { id: 'b' }, { id: 'bb' }],
  [
    'a pattern is anchored at line ends as well',
    { id: { pattern: 'T-\\d' } },
    { id: 'T-1' },
    { id: 'T-1\nT-2' },
  ],
  ['range', { n: { min: 1, max: 3 } }, { n: 3 }, { n: 3.1 }],
  ['a range refuses text', { n: { max: 3 } }, { n: 2 }, { n: '2' }],
  ['length', { s: { max_length: 2 } }, { s: 'ab' }, { s: 'abc' }],
  ['nested paths', { 'to.id': { equals: 1 } }, { to: { id: 1 } }, { to: { id: 2 } }],
  ['a sibling of a nested path', { 'to.id': 'any' }, { to: { id: 1 } }, { to: { id: 1, cc: 'x' } }],
  ['optional', { n: { max: 3, optional: true } }, {}, { n: 4 }],
  [
    'a key with a dot is no field of another argument',
    { 'to.id': { equals: 1, optional: true } },
    {},
    { 'to.id': 2 },
  ],
  ['a key with a dot is not below an argument', { to: 'any' }, { to: { 'x.y': 1 } }, { 'to.id': 2 }],
  ['an empty key hides nothing', { n: { max: 3, optional: true } }, {}, { '': { n: 4 } }],
  ['an empty key is a key', { n: { max: 3, optional: true } }, {}, { '': {} }],
  ['inherited properties do not count', { toString: { max_length: 3 } }, { toString: 'abc' }, {}],
])('%s', (_, scope, inside, outside) => {
  expect(checkScope(scope, inside)).toBeUndefined();
  expect(checkScope(scope, outside)).toHaveProperty('field');
});

test('a long text is not matched but refused, so that a pattern cannot be made to run for long', () => {
  expect(checkScope({ id: { pattern: '(a+)+' } }, { id: `${'a'.repeat(5000)}!` })).toMatchObject({
    field: 'id',
  });
});
