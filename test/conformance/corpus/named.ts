import {
  type Attributes,
  encodeRequest,
  fixed32,
  fixed64,
  message,
  type ResourceSpec,
  type SpanSpec,
  type Value,
  varintField,
} from '../support/otlp.ts';
import { NOON, SECOND, spanId, traceId } from './ids.ts';
import { REPEATED, VALUES } from './values.ts';

const base = (name: string): SpanSpec => ({
  traceId: traceId(`named ${name}`),
  spanId: spanId(`named ${name}`),
  name,
  start: NOON,
  end: NOON + SECOND,
});

/** The attributes wherever attributes can stand: resource, scope, span, event and link. */
function everywhere(name: string, attributes: Attributes): ResourceSpec[] {
  const link = { traceId: traceId('elsewhere'), spanId: spanId('elsewhere'), attributes };
  const span = { ...base(name), attributes, events: [{ time: NOON, name, attributes }], links: [link] };
  const resource: Attributes = [['service.name', name], ...attributes];
  return [{ resource, scopes: [{ name, version: '1', attributes, spans: [span] }] }];
}

const among = (...names: readonly string[]): Attributes =>
  VALUES.filter(([key]) => names.some((name) => key.startsWith(name)));

/** Of messages that do not know them: a number, a text, fixed widths, and a nested message. */
const UNKNOWN = Buffer.concat([
  varintField(900, 2n ** 64n - 1n),
  message(901, 'a field of the future'),
  fixed64(902, 1n),
  fixed32(903, 1),
  message(904, message(1, message(1, 'deep'))),
]);

const nested = (depth: number): Value => {
  let value: Value = { string: 'bottom' };
  for (let level = 0; level < depth; level++)
    value = level % 2 === 0 ? { map: [[`level ${level}`, value]] } : { array: [value, { int: level }] };
  return value;
};

const unknown: ResourceSpec = {
  resource: [['with unknown fields', { raw: Buffer.concat([message(1, 'known'), UNKNOWN]) }]],
  raw: UNKNOWN,
  scopes: [{ name: 'unknown fields', raw: UNKNOWN, spans: [{ ...base('unknown fields'), raw: UNKNOWN }] }],
};

const links: SpanSpec = {
  ...base('links'),
  links: Array.from({ length: 40 }, (_, index) => ({
    traceId: index === 0 ? '0'.repeat(32) : traceId(`link ${index}`),
    spanId: index === 0 ? '0'.repeat(16) : spanId(`link ${index}`),
    traceState: index % 3 === 0 ? `vendor=${index}` : '',
    attributes: [['index', { int: index }]],
  })),
};

const events: SpanSpec = {
  ...base('events'),
  events: Array.from({ length: 40 }, (_, index) => ({
    time: index === 0 ? 0n : NOON - BigInt(index),
    name: index % 3 === 0 ? '' : `event ${index % 5}`,
    attributes: [['index', { int: index }]],
  })),
};

/** Spans that are kept beside spans that are not: the answer may tell, the tables have to agree. */
const partial: readonly SpanSpec[] = [
  base('partial success'),
  { ...base('no span id'), spanId: '0'.repeat(16) },
  { ...base('at the epoch'), start: 0n, end: 1n },
  base('partial success, the last'),
];

const huge: Attributes = [
  ['one value of a megabyte', 'x'.repeat(1_000_000)],
  [`a name of ${'long '.repeat(10_000)}`, 'v'],
  ...Array.from({ length: 5000 }, (_, index): [string, string] => [`one of many ${index}`, `${index}`]),
];

/** The cases that the two collectors are most likely to differ in, by what they are about. */
export const NAMED: Readonly<Record<string, Uint8Array>> = {
  arrays: encodeRequest(everywhere('arrays', among('array'))),
  bytes: encodeRequest(everywhere('bytes', among('bytes'))),
  'NaN and infinities': encodeRequest(everywhere('NaN and infinities', among('double', 'array.odd'))),
  'empty keys': encodeRequest(
    everywhere('empty keys', [
      ['', 'empty'],
      ['m', { map: [['', { map: [['', '']] }]] }],
    ]),
  ),
  'repeated keys': encodeRequest(everywhere('repeated keys', REPEATED)),
  '64-bit integers': encodeRequest(everywhere('64-bit integers', among('int', 'array.integers'))),
  'order of keys in nested maps': encodeRequest(
    everywhere('order of keys in nested maps', among('map', 'constructor')),
  ),
  'deep nesting': encodeRequest(everywhere('deep nesting', [['nested', nested(90)]])),
  links: encodeRequest([{ scopes: [{ spans: [links] }] }]),
  events: encodeRequest([{ scopes: [{ spans: [events] }] }]),
  'an empty body': new Uint8Array(),
  'a body without spans': encodeRequest([{ scopes: [] }, { scopes: [{ spans: [] }] }]),
  'partial success': encodeRequest([{ scopes: [{ spans: partial }] }]),
  'unknown fields': Buffer.concat([encodeRequest([unknown]), UNKNOWN]),
  'huge attributes': encodeRequest([
    { scopes: [{ spans: [{ ...base('huge attributes'), attributes: huge }] }] },
  ]),
  'every kind of value': encodeRequest(everywhere('every kind of value', VALUES)),
};
