import { type Attributes, SpanKind, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SpanFacts, SpanWriter } from '../../src/evidence/span.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constant(-(2 ** 62)),
);
const value = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.array(text, { maxLength: 4 }),
  fc.array(number, { maxLength: 4 }),
);
const attributes = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 20 }).map((key) => `a.${key}`),
  value,
);
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const context = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: fc.constant(TraceFlags.SAMPLED),
  isRemote: fc.boolean(),
});
const ns = fc.bigInt({ min: 0n, max: 2n ** 63n });
const facts: fc.Arbitrary<SpanFacts> = fc.record({
  name: text,
  startNs: ns,
  endNs: ns,
  attributes: fc.tuple(attributes as fc.Arbitrary<Attributes>),
  spanContext: context,
  parent: fc.option(context, { nil: undefined }),
  client: fc.boolean(),
  errorType: fc.option(text, { nil: undefined }),
});

test('a span is written to the byte as the official serialiser writes it', () => {
  fc.assert(
    fc.property(
      attributes,
      attributes,
      fc.array(facts, { minLength: 1, maxLength: 3 }),
      (own, shared, spans) => {
        const resource = resourceFromAttributes(own as Attributes);
        const writer = new SpanWriter(resource, shared as Attributes);
        for (const span of spans) {
          const official = ProtobufTraceSerializer.serializeRequest([
            readable(span, resource, shared as Attributes),
          ]);
          expect(writer.write(span).equals(official as Uint8Array)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a lone surrogate becomes U+FFFD', () => {
  const writer = new SpanWriter(resourceFromAttributes({}), {});
  const [span] = fc.sample(facts, { numRuns: 1, seed: 1 });
  const write = (name: string) => writer.write({ ...(span as SpanFacts), name });
  expect(write('a\ud800b').equals(write('a\ufffdb'))).toBe(true);
});

type Resource = ReturnType<typeof resourceFromAttributes>;

function readable(facts: SpanFacts, resource: Resource, shared: Attributes): ReadableSpan {
  const { name, startNs, endNs, spanContext, parent, client, errorType } = facts;
  const time = (at: bigint): [number, number] => [Number(at / 1_000_000_000n), Number(at % 1_000_000_000n)];
  return {
    name,
    kind: client ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => spanContext,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime: time(startNs),
    endTime: time(endNs),
    duration: [0, 0],
    status: { code: errorType === undefined ? 0 : 2 },
    // Keys that are shared are not given twice by a run's evidence either.
    attributes: merged(shared, facts.attributes[0] ?? {}, errorType),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: '@tollgate/instrumentation', version: '0.1.0' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function merged(shared: Attributes, own: Attributes, errorType: string | undefined): Attributes {
  fc.pre(Object.keys(own).every((key) => !Object.hasOwn(shared, key)));
  return { ...shared, ...own, ...(errorType === undefined ? {} : { 'error.type': errorType }) };
}
