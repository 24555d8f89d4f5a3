import * as wire from './wire.ts';

/** A body of about one megabyte that is made to cost as much as it can. */
export interface Hostile {
  readonly name: string;
  readonly encoding: 'protobuf' | 'json';
  make(): Buffer;
}

const MEGABYTE = 1024 * 1024;

/** A part, again and again. */
const times = (part: Buffer | string, bytes = MEGABYTE): Buffer => {
  const piece = Buffer.from(part);
  return Buffer.concat(Array(Math.ceil(bytes / piece.length)).fill(piece));
};
/** Parts that differ. */
const each = (part: (index: number) => Buffer, bytes = MEGABYTE): Buffer => {
  const parts: Buffer[] = [];
  for (let size = 0, index = 0; size < bytes; index++) {
    const next = part(index);
    parts.push(next);
    size += next.length;
  }
  return Buffer.concat(parts);
};

const scope = (content: Buffer): Buffer => wire.len(1, wire.len(2, content));
const one = (...fields: Buffer[]): Buffer => scope(wire.len(2, wire.span('s', ...fields)));
const attribute = (value: Buffer): Buffer => wire.attribute(9, 'a', value);
const claims = (workflow: string): Buffer => wire.attribute(1, 'tollgate.workflow', wire.text(workflow));
const flatMap = (count: number, begin = 'k'): Buffer =>
  wire.len(
    6,
    each((i) => wire.attribute(1, `${begin}${(i * 7919) % count}`, wire.int(3, i)), MEGABYTE),
  );

/** One of another beginning, and then 299 that differ at their end only, the greatest first. */
const lateKey = (i: number): Buffer =>
  wire.attribute(1, i === 0 ? 'a' : `${'k'.repeat(3500)}${999 - i}`, wire.int(3, i));

/** Keys that differ in few bytes only, or whose hashes differ in few bits. */
const longKey = (i: number): string => `${'k'.repeat(200)}${i}${'k'.repeat(40)}`;

const PROTOBUF: Record<string, () => Buffer> = {
  'spans that are empty': () => scope(times(wire.len(2))),
  'spans of one byte that is wrong': () => scope(times(wire.len(2, Buffer.from([0xff])))),
  'spans of one field of the wrong type': () => scope(times(wire.len(2, wire.int(5, 1)))),
  'spans with an empty attribute each': () => scope(times(wire.len(2, wire.len(9)))),
  'spans with an empty event and link each': () => scope(times(wire.len(2, wire.len(11), wire.len(13)))),
  'spans of 64 bytes that are not UTF-8': () =>
    scope(times(wire.len(2, wire.span('\xff'), wire.attribute(9, 'a', wire.text(Buffer.from([0xff])))))),
  'spans that claim another workflow': () =>
    scope(times(wire.len(2, wire.attribute(9, 'tollgate.workflow', wire.text('x'))))),
  'resource that claims another workflow': () =>
    wire.len(1, wire.len(1, claims('x')), wire.len(2, times(wire.len(2)))),
  'records that are not canonical': () =>
    scope(times(wire.len(2, wire.attribute(9, 'tollgate.record', wire.text('{"a":1, "b":[1,2,3]}'))))),
  'records of 20 KB': () => {
    const record = JSON.stringify({
      kind: 'x',
      list: Array.from({ length: 5000 }, (_, i) => i),
      workflow: 'triage',
    });
    return scope(times(wire.len(2, wire.span('r', wire.attribute(9, 'tollgate.record', wire.text(record))))));
  },
  'spans of a resource that is not UTF-8': () =>
    wire.len(
      1,
      wire.len(1, wire.attribute(1, 'k', wire.text(Buffer.from([0xff])))),
      wire.len(2, times(wire.len(2))),
    ),
  'resource of 100 KB on empty spans': () =>
    wire.len(
      1,
      wire.len(1, wire.attribute(1, 'k', wire.text('x'.repeat(100_000)))),
      wire.len(2, times(wire.len(2))),
    ),
  'resources that are empty': () => times(wire.len(1)),
  'resources with an empty span each': () => times(scope(wire.len(2))),
  'resources with a resource and a span each': () =>
    times(wire.len(1, wire.len(1, wire.len(1)), wire.len(2, wire.len(2)))),
  'scopes that are empty': () => wire.len(1, times(wire.len(2))),
  'scopes with an empty span each': () => wire.len(1, times(wire.len(2, wire.len(2)))),
  'resource messages that are empty': () => wire.len(1, times(wire.len(1)), wire.len(2, wire.len(2))),
  'attributes that are empty': () => one(times(wire.len(9))),
  'attributes with a key only': () => one(times(wire.len(9, wire.len(1)))),
  'attributes with an unknown field': () => one(times(wire.len(9, wire.int(3, 0)))),
  'attributes with a repeated key': () => one(times(wire.len(9, wire.len(1), wire.len(1)))),
  'attributes with a repeated value': () => one(times(wire.len(9, wire.len(2), wire.len(2)))),
  'attributes called tollgate.principal': () =>
    one(times(wire.attribute(9, 'tollgate.principal', wire.text('x')))),
  'attributes with keys of their own': () => one(each((i) => wire.attribute(9, `key.${i}`, wire.text('v')))),
  'attributes with keys in reverse': () =>
    one(each((i) => wire.attribute(9, String(10_000_000 - i), wire.text('v')))),
  'attributes with long keys that differ late': () =>
    one(each((i) => wire.attribute(9, longKey(i), wire.text('v')))),
  'attributes of one key': () => one(times(wire.attribute(9, 'same', wire.text('v')))),
  'attributes that are doubles': () =>
    one(times(wire.attribute(9, 'd', wire.double(4, 1.234567890123456e-300)))),
  'attributes that are large integers': () => one(times(wire.attribute(9, 'i', wire.int(3, -(2n ** 62n))))),
  'attributes that are arrays': () => one(times(wire.attribute(9, 'i', wire.len(5)))),
  'attributes that are maps': () => one(times(wire.attribute(9, 'i', wire.len(6)))),
  'spans with keys of their own': () =>
    scope(each((i) => wire.len(2, wire.span('s', wire.attribute(9, `key.${i}`, wire.text('v')))))),
  'spans with names of their own': () => scope(each((i) => wire.len(2, wire.span(`name.${i}`)))),
  'spans of 40 shuffled keys': () =>
    scope(
      each((i) =>
        wire.len(
          2,
          ...Array.from({ length: 40 }, (_, k) =>
            wire.attribute(9, `k${(k * 17 + i * 31 + ((i * k) % 7)) % 97}`, wire.int(3, k)),
          ),
        ),
      ),
    ),
  'events with names of their own': () => one(each((i) => wire.len(11, wire.len(2, `event.${i}`)))),
  'events that are empty': () => one(times(wire.len(11))),
  'links that are empty': () => one(times(wire.len(13))),
  'statuses that are empty': () => one(times(wire.len(15))),
  'a thousand levels in each span': () =>
    scope(times(wire.len(2, wire.span('n', attribute(wire.nested(1000)))))),
  'ninety levels in each attribute': () => one(times(attribute(wire.nested(90)))),
  'an array of empty values': () => one(attribute(wire.len(5, times(wire.len(1))))),
  'an array of integers': () => one(attribute(wire.len(5, times(wire.len(1, wire.int(3, 1)))))),
  'a map of keys of their own': () => one(attribute(flatMap(1_000_003))),
  'a map of long keys that begin alike': () => one(attribute(flatMap(1_000_003, 'k'.repeat(20)))),
  'a map of a few keys that begin alike for long': () => one(attribute(wire.len(6, each(lateKey)))),
  'a map of keys that are not ASCII': () => one(attribute(flatMap(1_000_003, 'é'))),
  'a map of one key': () => one(attribute(flatMap(1))),
  'a map of empty entries': () => one(attribute(wire.len(6, times(wire.len(1))))),
  'an array of text to escape': () =>
    one(attribute(wire.len(5, wire.len(1, wire.text('\u0001'.repeat(MEGABYTE)))))),
  'text of one megabyte': () => one(attribute(wire.text('é'.repeat(MEGABYTE / 2)))),
  'text that is not UTF-8 at its end': () =>
    one(attribute(wire.text(Buffer.concat([Buffer.alloc(MEGABYTE, 0x61), Buffer.from([0xff])])))),
  'bytes of one megabyte': () => one(attribute(wire.len(7, Buffer.alloc(MEGABYTE, 7)))),
  'trace id of one megabyte': () => scope(wire.len(2, wire.len(1, Buffer.alloc(MEGABYTE, 7)))),
  'name of one megabyte': () => scope(wire.len(2, wire.len(5, 'n'.repeat(MEGABYTE)))),
  'unknown fields': () => one(times(wire.int(99, 1))),
  'unknown fields around spans': () => scope(times(wire.int(99, 1))),
};

const json = (spans: Buffer | string): Buffer =>
  Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${String(spans)}]}]}]}`);
const list = (part: (index: number) => string): string => {
  const parts: string[] = [];
  for (let size = 0, index = 0; size < MEGABYTE; index++) {
    const next = part(index);
    parts.push(next);
    size += next.length + 1;
  }
  return parts.join(',');
};
const IDS = '"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331"';
const valued = (value: string): string =>
  json(`{${IDS},"attributes":[{"key":"a","value":${value}}]}`).toString();

const JSON_BODIES: Record<string, () => Buffer | string> = {
  'spans that are empty': () => json(list(() => '{}')),
  'spans that are numbers': () => json(list(() => '1')),
  'spans with a field of the wrong type': () => json(list(() => '{"name":1}')),
  'spans with names of their own': () => json(list((i) => `{"name":"name.${i}"}`)),
  'spans with an empty attribute each': () => json(list(() => '{"attributes":[{}]}')),
  'spans that claim another workflow': () =>
    json(list(() => '{"attributes":[{"key":"tollgate.workflow","value":{"stringValue":"x"}}]}')),
  'resource of 100 KB on empty spans': () =>
    `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"${'x'.repeat(100_000)}"}}]},"scopeSpans":[{"spans":[${list(() => '{}')}]}]}]}`,
  'resources that are empty': () => `{"resourceSpans":[${list(() => '{}')}]}`,
  'scopes with an empty span each': () =>
    `{"resourceSpans":[{"scopeSpans":[${list(() => '{"spans":[{}]}')}]}]}`,
  'attributes that are empty': () => json(`{${IDS},"attributes":[${list(() => '{}')}]}`),
  'attributes with keys of their own': () =>
    json(`{${IDS},"attributes":[${list((i) => `{"key":"k${i}","value":{"stringValue":"v"}}`)}]}`),
  'attributes that are integers': () =>
    json(`{${IDS},"attributes":[${list(() => '{"key":"k","value":{"intValue":"-9223372036854775808"}}')}]}`),
  'events that are empty': () => json(`{${IDS},"events":[${list(() => '{}')}]}`),
  'an array of empty values': () => valued(`{"arrayValue":{"values":[${list(() => '{}')}]}}`),
  'a map of keys of their own': () =>
    valued(`{"kvlistValue":{"values":[${list((i) => `{"key":"k${(i * 7919) % 100_003}","value":{}}`)}]}}`),
  'a value of many fields': () => valued(`{${list((i) => `"f${i}":0`)}}`),
  'a thousand levels in each span': () =>
    json(
      list(
        () =>
          `{"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(1000)}{}${']}}'.repeat(1000)}}]}`,
      ),
    ),
  brackets: () => `${'['.repeat(MEGABYTE / 2)}${']'.repeat(MEGABYTE / 2)}`,
  'brackets that never close': () => '['.repeat(MEGABYTE),
  braces: () => `${'{"a":'.repeat(MEGABYTE / 6)}1${'}'.repeat(MEGABYTE / 6)}`,
  'text of one megabyte': () => valued(`{"stringValue":"${'é'.repeat(MEGABYTE / 2)}"}`),
  'text of escapes': () => valued(`{"stringValue":"${'\\u0001'.repeat(MEGABYTE / 6)}"}`),
  'text of backslashes': () => valued(`{"stringValue":"${'\\\\'.repeat(MEGABYTE / 2)}"}`),
  'text of escaped quotes': () => valued(`{"stringValue":"${'\\"'.repeat(MEGABYTE / 2)}"}`),
  'text of lone surrogates': () => valued(`{"stringValue":"${'\\ud800'.repeat(MEGABYTE / 6)}"}`),
  'unknown strings': () => `{"resourceSpans":[],"x":[${list(() => '""')}]}`,
  'unknown long integers': () => `{"resourceSpans":[],"x":[${list(() => '9223372036854775807')}]}`,
  'one long run of digits': () => `{"resourceSpans":[],"x":${'1'.repeat(MEGABYTE)}}`,
  'digits and dots': () => `{"resourceSpans":[],"x":[${list(() => `${'1'.repeat(20)}.${'1'.repeat(20)}`)}]}`,
  'bytes of one megabyte': () => valued(`{"bytesValue":"${'AAAA'.repeat(MEGABYTE / 4)}"}`),
  'not JSON at its end': () => `${valued(`{"stringValue":"${'a'.repeat(MEGABYTE)}"}`)}x`,
};

/** Every case is a name, prefixed with its encoding. */
export const CORPUS: readonly Hostile[] = [
  ...Object.entries(PROTOBUF).map(
    ([name, make]): Hostile => ({ name: `protobuf: ${name}`, encoding: 'protobuf', make }),
  ),
  ...Object.entries(JSON_BODIES).map(
    ([name, make]): Hostile => ({ name: `json: ${name}`, encoding: 'json', make: () => Buffer.from(make()) }),
  ),
];
