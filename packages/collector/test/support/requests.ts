import fc from 'fast-check';
import * as wire from './wire.ts';

/**
 * Requests as bytes, written by hand: of every kind of value and in every order that protobuf allows, the usual ones most often,
 * and with defects in them. What each of them means is for the model to say.
 */
const TOLLGATE_KEYS = [
  'tollgate.principal',
  'tollgate.workflow',
  'tollgate.record',
  'tollgate.run.id',
  'service.name',
];

const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('', 'a', 'gen_ai.system', 'é', '日本語', '😀', '\u0000', '\u2028"\\'),
  },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 40, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);
const broken = fc.constantFrom(
  Buffer.from([0xff]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from(`${'x'.repeat(60)}\xff`, 'latin1'),
);
const bytes = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  arbitrary.map((string) => Buffer.from(string));
const string = fc.oneof({ weight: 60, arbitrary: bytes(text) }, { weight: 1, arbitrary: broken });

const key = fc.oneof(
  {
    weight: 8,
    arbitrary: bytes(fc.constantFrom('a', 'b', 'aa', 'ab', 'B', '', 'é', 'z', 'gen_ai.usage.input_tokens')),
  },
  { weight: 2, arbitrary: bytes(fc.constantFrom(...TOLLGATE_KEYS)) },
  { weight: 1, arbitrary: string },
);

const int = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -1000, max: 100_000 }),
  fc.constantFrom(
    0n,
    -1n,
    9n,
    10n,
    127n,
    128n,
    2n ** 28n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 35n,
    2n ** 53n,
  ),
);
const double = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY, 100, 0.1),
);
/** A varint that is longer than it has to be, or than it may be. */
const longVarint = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 127 }))
  .map(([zeros, last]) => Buffer.concat([Buffer.alloc(zeros, 0x80), Buffer.from([last])]));

const { value, attributeFields } = fc.letrec<{
  value: Buffer;
  member: Buffer;
  keyValue: Buffer;
  attributeFields: Buffer[];
}>((tie) => ({
  value: fc.oneof(
    { weight: 30, arbitrary: tie('member') },
    { weight: 2, arbitrary: fc.constant(Buffer.alloc(0)) },
    { weight: 2, arbitrary: fc.tuple(tie('member'), tie('member')).map((members) => Buffer.concat(members)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((odd) => Buffer.from(odd)) },
  ),
  member: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 12, arbitrary: string.map((content) => wire.text(content)) },
    { weight: 4, arbitrary: int.map((number) => wire.int(3, number)) },
    { weight: 3, arbitrary: double.map((number) => wire.double(4, number)) },
    { weight: 2, arbitrary: fc.boolean().map((bool) => wire.int(2, bool ? 1 : 0)) },
    { weight: 1, arbitrary: longVarint.map((varint) => Buffer.concat([wire.tag(2, 0), varint])) },
    { weight: 1, arbitrary: longVarint.map((varint) => Buffer.concat([wire.tag(3, 0), varint])) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }).map((raw) => wire.len(7, Buffer.from(raw))) },
    {
      weight: 2,
      arbitrary: fc
        .array(tie('value'), { maxLength: 3 })
        .map((items) => wire.len(5, ...items.map((item) => wire.len(1, item)))),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(tie('keyValue'), { maxLength: 3 })
        .map((items) => wire.len(6, ...items.map((item) => wire.len(1, item)))),
    },
    { weight: 1, arbitrary: fc.constantFrom(95, 101, 300).map((depth) => wire.nested(depth)) },
  ),
  keyValue: tie('attributeFields').map((fields) => Buffer.concat(fields)),
  attributeFields: fc.oneof(
    {
      weight: 20,
      arbitrary: fc.tuple(
        key.map((k) => wire.len(1, k)),
        tie('value').map((v) => wire.len(2, v)),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.oneof(
          key.map((k) => wire.len(1, k)),
          tie('value').map((v) => wire.len(2, v)),
          unknown(),
        ),
        { maxLength: 4 },
      ),
    },
  ),
}));

/** A field that nobody knows, of every wire type. */
function unknown(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.constantFrom(
      wire.int(99, 7n),
      wire.len(77, 'unknown'),
      wire.fixed64(1001, 1n),
      Buffer.concat([wire.tag(16, 5), Buffer.alloc(4)]),
    ),
    { weight: 1, arbitrary: fc.constantFrom(wire.tag(20, 3), Buffer.from([0x02, 0x00]), wire.tag(21, 7)) },
  );
}
const harmless = fc.constantFrom(wire.int(99, 7n), wire.len(77, 'unknown'), wire.fixed64(1001, 1n));

const attribute = (field: number): fc.Arbitrary<Buffer> =>
  attributeFields.map((fields) => wire.len(field, ...fields));
/** Attributes of the same few shapes, as real spans have them. */
const usual = (field: number): fc.Arbitrary<Buffer[]> =>
  fc
    .constantFrom(
      ['b', 'a', 'é', 'c'],
      ['http.method', 'http.url', 'z', 'http.method'],
      ['x', 'service.name', 'tollgate.run.id'],
    )
    .chain((keys) => fc.tuple(...keys.map((k) => value.map((v) => wire.attribute(field, k, v)))));
const attributes = (field: number): fc.Arbitrary<Buffer[]> =>
  fc.oneof(usual(field), fc.array(attribute(field), { maxLength: 6 }));

const id = (field: number, size: number): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      { weight: 12, arbitrary: fc.uint8Array({ minLength: size, maxLength: size }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          new Uint8Array(size),
          new Uint8Array(0),
          new Uint8Array(size + 1),
          new Uint8Array(70).fill(9),
        ),
      },
    )
    .map((raw) => wire.len(field, Buffer.from(raw)));
const time = (field: number): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 16n }).map((offset) => wire.NOW + offset) },
      { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          0n,
          2n ** 63n - 1n,
          2n ** 63n,
          2n ** 64n - 1n,
          BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n,
          BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n - 1n,
        ),
      },
    )
    .map((at) => wire.fixed64(field, at));
const enumeration = (field: number): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }).map((number) => wire.int(field, number)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(-1n, 2n ** 32n + 1n, 2n ** 31n, 300n)
        .map((number) => wire.int(field, number)),
    },
    { weight: 1, arbitrary: longVarint.map((varint) => Buffer.concat([wire.tag(field, 0), varint])) },
  );
const some = (field: number, content: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  content.map((part) => wire.len(field, part));
const joined = (parts: fc.Arbitrary<readonly Buffer[]>): fc.Arbitrary<Buffer> =>
  parts.map((list) => Buffer.concat([...list]));

const event = some(
  11,
  joined(
    fc.tuple(
      time(1),
      some(2, string),
      joined(attributes(3)),
      fc.constantFrom(Buffer.alloc(0), wire.int(4, 2)),
    ),
  ),
);
const oddEvent = some(
  11,
  joined(fc.array(fc.oneof(time(1), some(2, string), attribute(3), harmless), { maxLength: 5 })),
);
const link = some(13, joined(fc.tuple(id(1, 16), id(2, 8), some(3, string), joined(attributes(4)))));
const oddLink = some(
  13,
  joined(fc.array(fc.oneof(id(1, 16), id(2, 8), some(3, string), attribute(4), harmless), { maxLength: 5 })),
);
const status = some(
  15,
  joined(fc.array(fc.oneof(some(2, string), enumeration(3), harmless), { maxLength: 3 })),
);

/** A field of a span under a wire type that is not its own. */
const misplaced = fc
  .tuple(fc.integer({ min: 1, max: 15 }), fc.constantFrom(0, 1, 2, 5))
  .map(([field, type]) =>
    Buffer.concat([wire.tag(field, type), type === 2 ? Buffer.from([0]) : Buffer.alloc(8)]),
  );

const plainSpan = joined(
  fc.tuple(
    id(1, 16),
    id(2, 8),
    id(4, 8),
    some(5, string),
    enumeration(6),
    time(7),
    time(8),
    joined(attributes(9)),
    joined(fc.array(event, { maxLength: 2 })),
    joined(fc.array(link, { maxLength: 2 })),
    status,
  ),
);
const oddSpan = joined(
  fc.array(
    fc.oneof(
      id(1, 16),
      id(2, 8),
      some(3, string),
      id(4, 8),
      some(5, string),
      enumeration(6),
      time(7),
      time(8),
      attribute(9),
      attribute(9),
      attribute(9),
      oddEvent,
      event,
      oddLink,
      link,
      status,
      unknown(),
      misplaced,
    ),
    { maxLength: 14 },
  ),
);
const span = fc.oneof(
  { weight: 4, arbitrary: plainSpan },
  { weight: 2, arbitrary: oddSpan },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
);

const scope = some(
  1,
  joined(fc.array(fc.oneof(some(1, string), some(2, string), harmless), { maxLength: 3 })),
);
const scopeSpans = joined(
  fc.tuple(
    joined(fc.array(scope, { maxLength: 2 })),
    joined(fc.array(some(2, span), { maxLength: 5 })),
    joined(fc.array(fc.oneof(scope, harmless), { maxLength: 1 })),
  ),
);
const resource = some(1, joined(fc.array(fc.oneof(attribute(1), attribute(1), harmless), { maxLength: 5 })));
const resourceSpans = some(
  1,
  joined(
    fc.tuple(
      joined(fc.array(resource, { maxLength: 2 })),
      joined(fc.array(some(2, scopeSpans), { maxLength: 3 })),
      joined(fc.array(fc.oneof(some(1000, scopeSpans), resource, harmless), { maxLength: 1 })),
    ),
  ),
);
const whole = joined(
  fc.array(fc.oneof({ weight: 8, arbitrary: resourceSpans }, { weight: 1, arbitrary: harmless }), {
    maxLength: 3,
  }),
);

/** A few bytes changed, or the end cut off: nearly always a broken frame, or a defect of one span. */
const damaged = fc
  .tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([body, changes, cut]) => {
    if (body.length === 0) return body;
    const copy = Buffer.from(body);
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return cut ? copy.subarray(0, (changes[0]?.[0] ?? 0) % copy.length) : copy;
  });

export const protobufBodies = fc.array(
  fc.oneof({ weight: 5, arbitrary: whole }, { weight: 2, arbitrary: damaged }),
  { minLength: 1, maxLength: 8 },
);
