import fc from 'fast-check';
import type { Attributes, ResourceSpec, SpanSpec, Value } from '../support/otlp.ts';
import { NOON } from './ids.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'));

const { value } = fc.letrec<{ value: Value; attributes: Attributes }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({ string: text }),
    fc.record({ bool: fc.boolean() }),
    fc.record({ int: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ double: fc.double() }),
    fc.record({ bytes: fc.uint8Array({ maxLength: 8 }) }),
    fc.constant<Value>({ empty: true }),
    fc.record({ array: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ map: tie('attributes') }),
  ),
  attributes: fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }),
}));
const attributes = fc.array(fc.tuple(text, value), { maxLength: 8 });
const time = fc.bigInt({ min: NOON, max: NOON + 10n ** 15n });

const span: fc.Arbitrary<SpanSpec> = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  parentSpanId: hex(8),
  traceState: text,
  name: text,
  kind: fc.nat(7),
  start: time,
  end: time,
  attributes,
  events: fc.array(fc.record({ time, name: text, attributes }), { maxLength: 2 }),
  links: fc.array(fc.record({ traceId: hex(16), spanId: hex(8), traceState: text, attributes }), {
    maxLength: 2,
  }),
  status: fc.record({ code: fc.nat(3), message: text }),
});

const request: fc.Arbitrary<ResourceSpec[]> = fc.array(
  fc.record({
    resource: attributes,
    scopes: fc.array(fc.record({ name: text, version: text, spans: fc.array(span, { maxLength: 4 }) }), {
      maxLength: 2,
    }),
  }),
  { minLength: 1, maxLength: 2 },
);

/** Requests of any shape; the seed says which, so that a difference can be looked at again. */
export const randomRequests = (count: number, seed: number): ResourceSpec[][] =>
  fc.sample(request, { numRuns: count, seed });
