/** Writes protobuf by hand, so that tests can also write it wrong. */
export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const tag = (field: number, wireType: number): Buffer => varint(field * 8 + wireType);

export const len = (field: number, ...parts: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([tag(field, 2), varint(content.length), content]);
};

export const int = (field: number, value: bigint | number): Buffer =>
  Buffer.concat([tag(field, 0), varint(value)]);

export const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(field, 1), bytes]);
};

export const double = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), bytes]);
};

/** A `KeyValue` in the given field, with the given `AnyValue` content. */
export const attribute = (field: number, key: Buffer | string, value: Buffer): Buffer =>
  len(field, len(1, key), len(2, value));

export const text = (value: string | Buffer): Buffer => len(1, value);

export const TRACE_ID = Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex');
export const SPAN_ID = Buffer.from('b7ad6b7169203331', 'hex');
export const NOW = BigInt(Date.UTC(2025, 5, 1)) * 1_000_000n;

/** A good span, with more fields of one's own at its end. */
export const span = (name: string, ...more: Buffer[]): Buffer =>
  Buffer.concat([
    len(1, TRACE_ID),
    len(2, SPAN_ID),
    len(5, name),
    int(6, 3),
    fixed64(7, NOW),
    fixed64(8, NOW + 5n),
    ...more,
  ]);

/** A whole request around spans of one resource and scope. */
export const request = (spans: readonly Buffer[], resource: readonly Buffer[] = []): Buffer =>
  len(
    1,
    len(1, ...resource),
    len(2, len(1, len(1, 'scope'), len(2, '1.0')), Buffer.concat(spans.map((s) => len(2, s)))),
  );

/** A value nested in arrays, `depth` of them. */
export function nested(depth: number): Buffer {
  let value = text('core');
  for (let i = 0; i < depth; i++) value = len(5, len(1, value));
  return value;
}
