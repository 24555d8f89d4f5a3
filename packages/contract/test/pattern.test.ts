import { linearPattern } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** Patterns over a small alphabet, so that random texts match often. */
const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '\\s',
  '\\S',
  '\\d',
  '\\w',
  '[ab]',
  '[^a]',
  '[\\s1]',
  '[\\S]',
  '[a\\S]',
  '[^\\S]',
  '\\u0061',
  '\\.',
  '\\p{L}',
);
const pattern = fc.letrec<{ all: string; one: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc.tuple(atom, fc.constantFrom('*', '+', '?', '{1,3}')).map((parts) => parts.join('')),
    tie('all').map((inner) => `(?:${inner})`),
    fc.tuple(tie('all'), tie('all')).map(([a, b]) => `(?:${a}|${b})`),
  ),
  all: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
})).all;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '1', ' ', '.', '\n', '\r', '\u00a0', '\u2028', 'é', '😀'),
  maxLength: 8,
});

test('a pattern means what it means to JavaScript, with the u flag', () => {
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      const ours = linearPattern(source);
      expect(ours.matchesAll(value)).toBe(new RegExp(`^(?:${source})$`, 'u').test(value));
      expect(ours.matchesPart(value)).toBe(new RegExp(source, 'u').test(value));
    }),
    { numRuns: 2000 },
  );
});

test.each(['(a+)+', '(a|a)*', '(.*)*x', '(a?){50}a{50}', 'a*a*a*a*a*a*b'])(
  'no text makes %s run for ages',
  (source) => {
    const hostile = `${'a'.repeat(4000)}!`;
    expect(linearPattern(source).matchesAll(hostile)).toBe(false);
  },
);

test.each(['(?=a)b', '(?<!a)b', '(a)\\1', '(', 'a{3000}', '((a?){1000}){1000}', 'a'.repeat(1001)])(
  '%s is refused',
  (source) => {
    expect(() => linearPattern(source)).toThrow();
  },
);

test('a replacement is taken literally', () => {
  expect(linearPattern('sk_[a-z]+').replaceAll('key sk_abc, sk_def', '$1\\[masked]')).toBe(
    'key $1\\[masked], $1\\[masked]',
  );
});
