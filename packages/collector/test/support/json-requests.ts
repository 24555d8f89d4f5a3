import fc from 'fast-check';
import * as wire from './wire.ts';

/** OTLP/JSON requests in both spellings, with what is allowed, what is not, and what is between. */
const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'é', '😀', '\ud800', '\u2028"\\', 'tollgate.workflow', 'service.name'),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'z', 'é', 'service.name', 'tollgate.principal') },
  { weight: 1, arbitrary: fc.constantFrom('tollgate.workflow', 'tollgate.record', 'tollgate.run.id') },
  { weight: 2, arbitrary: text },
);
const odd = fc.constantFrom<unknown>(null, 7, 'x', [], {}, true, -1, 1.5);
/** Mostly what belongs there. */
const mostly = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary }, { weight: 1, arbitrary: odd });

/** A number that JSON.stringify would not write: 64 bits without quotes. */
const bare = (number: bigint): string => `bare:${number}`;
const integer = (min: bigint, max: bigint): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.bigInt({ min, max }), fc.boolean())
    .map(([number, isBare]) => (isBare ? bare(number) : String(number)));
const uint64 = fc.oneof(integer(0n, 2n ** 64n - 1n), integer(wire.NOW, wire.NOW + 10n ** 12n), fc.nat());

const object = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc
    .record(fields, { requiredKeys: [] })
    .chain((record) => fc.boolean().map((snake) => (snake ? inSnakeCase(record) : record)));
const inSnakeCase = (record: object): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

const { keyValue } = fc.letrec<{ value: unknown; keyValue: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    mostly(text).map((stringValue) => ({ stringValue })),
    mostly(integer(-(2n ** 63n), 2n ** 63n - 1n)).map((intValue) => ({ intValue })),
    mostly(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('NaN', '-Infinity', -0)),
    ).map((doubleValue) => ({ doubleValue })),
    mostly(fc.boolean()).map((boolValue) => ({ boolValue })),
    mostly(fc.constantFrom('', 'AAECAw==')).map((bytes_value) => ({ bytes_value })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('keyValue'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
    fc.constantFrom({}, null, { stringValue: 'a', intValue: '1' }),
  ),
  keyValue: object({ key, value: tie('value') }),
}));
const attributes = mostly(fc.array(mostly(keyValue), { maxLength: 4 }));

const hex = (size: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .uint8Array({ minLength: size, maxLength: size })
        .map((id) => Buffer.from(id).toString('hex').toUpperCase()),
    },
    { weight: 1, arbitrary: fc.constantFrom('', '0'.repeat(size * 2), 'not hex', 'ab') },
  );
const event = object({ timeUnixNano: mostly(uint64), name: mostly(text), attributes });
const link = object({
  traceId: mostly(hex(16)),
  spanId: mostly(hex(8)),
  traceState: mostly(text),
  attributes,
});
const span = object({
  traceId: mostly(hex(16)),
  spanId: mostly(hex(8)),
  parentSpanId: mostly(hex(8)),
  traceState: mostly(text),
  name: mostly(text),
  kind: mostly(fc.constantFrom<unknown>(0, 1, 3, 5, 6, 'SPAN_KIND_SERVER')),
  startTimeUnixNano: mostly(uint64),
  endTimeUnixNano: mostly(uint64),
  attributes,
  events: mostly(fc.array(mostly(event), { maxLength: 2 })),
  links: mostly(fc.array(mostly(link), { maxLength: 2 })),
  status: mostly(
    object({ code: mostly(fc.constantFrom<unknown>(0, 1, 2, 3, 'STATUS_CODE_OK')), message: mostly(text) }),
  ),
});
const scopeSpans = object({
  scope: mostly(object({ name: mostly(text), version: mostly(text) })),
  spans: mostly(fc.array(mostly(span), { maxLength: 5 })),
});
const resourceSpans = object({
  resource: mostly(object({ attributes })),
  scopeSpans: mostly(fc.array(mostly(scopeSpans), { maxLength: 2 })),
  instrumentationLibrarySpans: fc.array(scopeSpans, { maxLength: 1 }),
});
const request = object({ resourceSpans: mostly(fc.array(resourceSpans, { maxLength: 3 })) });

const whole = request.map((document) =>
  Buffer.from(JSON.stringify(document).replaceAll(/"bare:(-?\d+)"/g, '$1')),
);
const cut = fc.tuple(whole, fc.nat()).map(([body, at]) => body.subarray(0, at % (body.length + 1)));

export const jsonBodies = fc.array(fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: cut }), {
  minLength: 1,
  maxLength: 8,
});
