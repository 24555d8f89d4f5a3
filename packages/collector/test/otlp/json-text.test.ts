import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLossless } from '../../src/otlp/json-text.ts';
import { BodyTooLarge, MessageMeter } from '../../src/otlp/message-meter.ts';

const meter = () => new MessageMeter(1_000_000);

test('bare 64-bit integers keep their digits, doubles and strings stay what they are', () => {
  const text = String.raw`{"a": -9223372036854775808, "b":[18446744073709551615, 1.2345678901234567890, 1e-1234567890123456789],
    "c": "x\\\":1234567890123456789", "1234567890123456789": 1234567890123456, "d": "\\", "e":12345678901234567}`;
  expect(parseLossless(text, meter())).toEqual({
    a: '-9223372036854775808',
    b: ['18446744073709551615', Number('1.2345678901234567890'), 0],
    c: String.raw`x\":1234567890123456789`,
    '1234567890123456789': '1234567890123456',
    d: '\\',
    e: '12345678901234567',
  });
});

test('any other document parses as JSON.parse does, beside a long integer too', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      fc.pre(!/\d{16}/.test(text));
      expect(parseLossless(`[${text},12345678901234567890]`, meter())).toEqual([
        JSON.parse(text),
        '12345678901234567890',
      ]);
    }),
  );
});

test('nesting that overflows a reviver parses', () => {
  const text = `[12345678901234567, ${'['.repeat(200_000)}${']'.repeat(200_000)}]`;
  expect(parseLossless(text, meter())).toHaveLength(2);
});

test('an object of more fields than OTLP has is refused before it is parsed; many objects may have many, and strings any colons', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `"f${i}":0`).join();
  expect(() => parseLossless(`{${fields(20_000)}}`, meter())).toThrow(BodyTooLarge);
  expect(Object.keys(Object(parseLossless(`{${fields(10_000)}}`, meter())))).toHaveLength(10_000);
  const span = `{${fields(20)}}`;
  expect(parseLossless(`[${Array(5000).fill(span).join()}]`, meter())).toHaveLength(5000);
  expect(parseLossless(JSON.stringify(':'.repeat(50_000)), meter())).toHaveLength(50_000);
});
