import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnyValue } from '../../src/otlp/model.ts';
import { asString } from '../../src/rows/as-string.ts';
import { compareUtf8, inOrderOfKeys } from '../../src/rows/key-order.ts';

const { value } = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(undefined),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: tie('value') }), { maxLength: 4 })
      .map((entries) => ({ entries })),
  ),
}));

/** The value as plain JSON has it, which a rendering must parse back to. */
function plain(value: AnyValue): unknown {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object')
    return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
  return value;
}

test('arrays and maps become JSON of the same content, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (items) => {
      expect(JSON.parse(asString(items))).toEqual(items.map(plain));
    }),
  );
});

test('a map is written with its keys in the order of their bytes, the last of equal keys', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 3 }), fc.integer())), (pairs) => {
      const text = asString({ entries: pairs.map(([key, n]) => ({ key, value: BigInt(n) })) });
      const expected = [...new Map(pairs)].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const inner = expected.map(([key, n]) => `${JSON.stringify(key)}:${n}`).join(',');
      const escaped = inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
      expect(text).toBe(`{${escaped}}`);
    }),
  );
});

test.each([
  ['short and ASCII', fc.string({ unit: 'binary-ascii', maxLength: 3 })],
  ['without a zero byte', fc.string({ unit: fc.constantFrom('a', 'b', '~', ' '), maxLength: 4 })],
  ['long', fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 20, maxLength: 30 })],
  ['of any text', fc.string({ unit: fc.constantFrom('a', 'é', '\ue000', '😀'), maxLength: 3 })],
])(
  'many keys have the order of their bytes, those of equal ones the order in which they came: %s',
  (_what, key) => {
    const many = { minLength: 20, maxLength: 600, size: 'max' } as const;
    fc.assert(
      fc.property(fc.array(key, many), (keys) => {
        const entries = keys.map((each, index) => ({ key: each, value: BigInt(index) }));
        expect(inOrderOfKeys(entries)).toEqual(
          entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
        );
      }),
    );
  },
);

test('keys compare as their UTF-8 bytes do', () => {
  const key = fc.string({
    unit: fc.constantFrom('a', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'),
  });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('doubles print so that they read back as themselves', () => {
  fc.assert(
    fc.property(fc.double(), (number) => {
      expect(Object.is(Number(asString(number)), number)).toBe(true);
    }),
  );
});
