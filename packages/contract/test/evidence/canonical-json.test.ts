import { canonicalJson, parseCanonicalJson } from '@tollgate/contract';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** JSON values within I-JSON: integers up to 2^53 and well-formed text. */
const iJson = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }).filter((value) => {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
});

test('canonical text parses back to the same value, and is stable', () => {
  fc.assert(
    fc.property(iJson, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
      // JSON.stringify writes -0 as 0, as RFC 8785 does.
      expect(parseCanonicalJson(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the text is what the reference implementation of RFC 8785 writes', () => {
  fc.assert(
    fc.property(iJson, (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    { numRuns: 500 },
  );
});

test('a value that answers differently each time is refused, or written as it was checked', () => {
  let reads = 0;
  const shifty = new Proxy({ a: 1 } as Record<string, unknown>, {
    getOwnPropertyDescriptor: () => ({
      value: ++reads,
      enumerable: true,
      configurable: true,
      writable: true,
    }),
  });
  expect(canonicalJson(shifty)).toBe(`{"a":${reads}}`);
  expect(reads).toBe(1);
});

test('the order of keys does not matter, everything else does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(object));
    }),
  );
});

test('the example of RFC 8785, section 3.2.3', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  const withoutBigNumber = { ...value, numbers: value.numbers.filter((n: number) => n !== 1e30) };
  expect(canonicalJson(withoutBigNumber)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test.each([
  ['undefined', undefined],
  ['undefined in an object', { a: undefined }],
  ['NaN', { a: Number.NaN }],
  ['infinity', [Number.POSITIVE_INFINITY]],
  ['an integer that parsers round', { id: 2 ** 53 }],
  ['bigint', 1n],
  ['a function', () => 1],
  ['a date', new Date(0)],
  ['a map', new Map()],
  [
    'a class with toJSON',
    new (class {
      toJSON() {
        return 1;
      }
    })(),
  ],
  [
    'a getter, which may answer differently next time',
    Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }),
  ],
  ['a hidden property', Object.defineProperty({}, 'a', { value: 1, enumerable: false })],
  ['a lone surrogate', '\ud800'],
  ['a lone surrogate as key', { '\udc00': 1 }],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  ['a hole', [1, , 2]],
  ['a symbol key', { [Symbol('a')]: 1 }],
  [
    'a symbol key that a proxy puts first',
    new Proxy({ [Symbol('a')]: 1, b: 1 }, { ownKeys: (target) => Reflect.ownKeys(target).reverse() }),
  ],
])('refuses %s', (_, value) => {
  expect(() => canonicalJson(value)).toThrowError(expect.objectContaining({ code: 'arguments_not_i_json' }));
});

test('refuses cycles and depth without running out of stack', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(() => canonicalJson(cycle)).toThrowError(/nested deeper/);
});

test.each(['{"a":1,"a":2}', '{"b":1,"a":2}', '{ "a":1}', '1.0', '"\\u0041"', ''])(
  'text that is not canonical is refused: %s',
  (text) => {
    expect(() => parseCanonicalJson(text)).toThrowError(
      expect.objectContaining({ code: 'arguments_not_i_json' }),
    );
  },
);
