import type { Attributes, ResourceSpec, SpanSpec, Value } from '../support/otlp.ts';
import { NOON, spanId, traceId } from './ids.ts';

/** Every kind of value, at its edges. */
export const VALUES: Attributes = [
  ['', 'under the empty key'],
  ['string.empty', ''],
  ['string.controls', 'tab\tline\nreturn\r nul\u0000 bell\u0007 del\u007f'],
  ['string.unicode', 'ünï 日本 😀 \u2028\u2029 \ufeff \ufffd'],
  ['string.html', '<b>&amp;"\'\\/'],
  ['string.long', 'x'.repeat(100_000)],
  ['bool.true', { bool: true }],
  ['bool.false', { bool: false }],
  ['int.zero', { int: 0 }],
  ['int.max', { int: 2n ** 63n - 1n }],
  ['int.min', { int: -(2n ** 63n) }],
  ['int.beyond.double', { int: 2n ** 53n + 1n }],
  ...[0, -0, 1, 0.1, 1e21, 1e20, 1e-6, 9.999999e-7, 5e-324, 1.7976931348623157e308, 1110].map(
    (double, index): [string, Value] => [`double.${index}`, { double }],
  ),
  ['double.nan', { double: Number.NaN }],
  ['double.inf', { double: Number.POSITIVE_INFINITY }],
  ['double.-inf', { double: Number.NEGATIVE_INFINITY }],
  ['bytes', { bytes: Uint8Array.from([0, 255, 10, 128]) }],
  ['bytes.empty', { bytes: new Uint8Array() }],
  ['value.empty', { empty: true }],
  ['array.empty', { array: [] }],
  ['array.mixed', { array: [{ string: 'a' }, { int: 1 }, { bool: false }, { empty: true }, { array: [] }] }],
  // Inside JSON, NaN is text and bytes are base64.
  ['array.odd', { array: [{ double: Number.NaN }, { bytes: Uint8Array.from([1]) }, { double: 1e21 }] }],
  ['array.integers', { array: [{ int: 2n ** 63n - 1n }, { int: -(2n ** 63n) }, { int: 2n ** 53n + 1n }] }],
  ['map.empty', { map: [] }],
  [
    'map.unsorted',
    {
      map: [
        ['z', '1'],
        ['a', '2'],
        ['Z', '3'],
        ['10', '4'],
        ['9', '5'],
        ['', '6'],
        ['é', '7'],
        ['__proto__', '8'],
        ['a', 'repeated'],
      ],
    },
  ],
  ['nested', nested(60)],
  ['10', 'integer-like'],
  ['9', 'integer-like'],
  ['__proto__', 'not a prototype'],
  ['constructor', { map: [['prototype', 'x']] }],
];

/**
 * A key may come twice, though OTLP forbids it. Both collectors keep both, in the order of arrival; beyond a dozen
 * keys the exporter's sort is not stable, and their order there is its own (README.md, known differences).
 */
export const REPEATED: Attributes = [
  ['repeated', 'second in the alphabet'],
  ['a', '1'],
  ['repeated', 'first in the alphabet'],
  ['repeated', { int: 3 }],
];

function nested(depth: number): Value {
  let value: Value = { string: 'bottom' };
  for (let level = 0; level < depth; level++)
    value = level % 2 === 0 ? { map: [[`level ${level}`, value]] } : { array: [value, { int: level }] };
  return value;
}

const base = (name: string): SpanSpec => ({
  traceId: traceId('values'),
  spanId: spanId(name),
  name,
  start: NOON,
  end: NOON + 1n,
});

/** Values wherever a value can stand: resource, span, event, link; then ids, kinds, states and status codes. */
export function values(): ResourceSpec[] {
  const resource: Attributes = [['service.name', 'values'], ...VALUES];
  const spans: SpanSpec[] = [
    { ...base('in attributes'), attributes: VALUES },
    {
      ...base('in events'),
      events: [
        { time: NOON, name: 'exception', attributes: VALUES },
        { time: NOON - 5n, name: '', attributes: [] },
        { time: 0n, name: 'at zero' },
      ],
    },
    {
      ...base('in links'),
      links: [
        {
          traceId: traceId('elsewhere'),
          spanId: spanId('elsewhere'),
          traceState: 'a=b,c=d',
          attributes: VALUES,
        },
        { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
      ],
    },
    {
      ...base('with a state'),
      traceState: 'vendor=value,other=x',
      parentSpanId: spanId('in links'),
      flags: 257,
    },
    { ...base('with a parent of zeros'), parentSpanId: '0'.repeat(16) },
    {
      ...base('repeated keys'),
      attributes: REPEATED,
      events: [{ time: NOON, name: 'e', attributes: REPEATED }],
    },
    ...[0, 1, 2, 3, 4, 5, 6, 99].map((kind) => ({ ...base(`kind ${kind}`), kind })),
    ...[0, 1, 2, 3].map((code) => ({ ...base(`status ${code}`), status: { code, message: `m ${code}` } })),
    { ...base('long'), end: NOON + 2_592_000_000_000_000n },
  ];
  return [
    { resource, scopes: [{ name: 'values', version: '1', attributes: VALUES, spans }] },
    { resource: [['service.name', { int: 5 }]], scopes: [{ spans: [base('service name is a number')] }] },
    { resource: REPEATED, scopes: [{ spans: [base('repeated resource keys')] }] },
    {
      resource: [],
      schemaUrl: 'https://example.org/1',
      scopes: [{ spans: [base('no resource')] }, { spans: [] }],
    },
  ];
}
