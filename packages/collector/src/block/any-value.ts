import type { MessageMeter } from '../otlp/message-meter.ts';
import { readAnyValue } from '../otlp/protobuf-value.ts';
import { WireReader } from '../otlp/wire.ts';
import { asString } from '../rows/as-string.ts';
import type { Bytes } from './bytes.ts';
import type { ByteBuffer } from './columns/byte-buffer.ts';

/** Tags of `AnyValue`, common.proto. */
const STRING = 0x0a;
const BOOL = 0x10;
const INT = 0x18;
const DOUBLE = 0x21;

/**
 * Appends the text of the `AnyValue` in a range of a body. The plain kinds are rendered from their bytes; arrays, maps, bytes
 * and whatever is written in an unusual way go through the model.
 */
export function appendAnyValue(
  out: ByteBuffer,
  body: Bytes,
  start: number,
  end: number,
  meter: MessageMeter,
): void {
  if (appendPlain(out, body, start, end)) meter.add();
  else out.text(anyValueText(body, start, end, meter));
}

/** @returns the value's text, read through the model */
export function anyValueText(body: Bytes, start: number, end: number, meter: MessageMeter): string {
  return asString(readAnyValue(new WireReader(body.buffer, meter, start, end), 1));
}

function appendPlain(out: ByteBuffer, body: Bytes, start: number, end: number): boolean {
  if (start === end) {
    out.byte(0);
    return true;
  }
  switch (body.buffer[start]) {
    case STRING:
      return appendString(out, body, start + 1, end);
    case INT:
      return appendInt(out, body, start + 1, end);
    case DOUBLE:
      if (end - start !== 9) return false;
      out.ascii(asString(body.view.getFloat64(start + 1, true)));
      return true;
    case BOOL:
      if (end - start !== 2 || (body.buffer[start + 1] ?? 0) > 127) return false;
      out.ascii(body.buffer[start + 1] === 0 ? 'false' : 'true');
      return true;
    default:
      return false;
  }
}

/** @param start where its length is, which has to be all that is left of the value */
function appendString(out: ByteBuffer, body: Bytes, start: number, end: number): boolean {
  let at = start;
  let length = 0;
  for (let shift = 0; at < end && shift < 28; shift += 7) {
    const byte = body.buffer[at++] ?? 0;
    length |= (byte & 127) << shift;
    if (byte > 127) continue;
    if (at + length !== end) return false;
    out.utf8(body, at, end);
    return true;
  }
  return false;
}

/** @param start where its varint is, which has to be all that is left of the value */
function appendInt(out: ByteBuffer, body: Bytes, start: number, end: number): boolean {
  if (end - start > 10 || start === end || (body.buffer[end - 1] ?? 0) > 127) return false;
  let low = 0;
  let high = 0;
  for (let i = start, shift = 0; i < end; i++, shift += 7) {
    const byte = body.buffer[i] ?? 0;
    if (byte < 128 && i + 1 < end) return false;
    const bits = byte & 127;
    if (shift < 28) low |= bits << shift;
    else if (shift > 28) high |= bits << (shift - 32);
    else {
      low |= bits << 28;
      high = bits >> 4;
    }
  }
  if (high === 0 && low >= 0) appendSmall(out, low);
  else out.ascii(String((BigInt(high) << 32n) | BigInt(low >>> 0)));
  return true;
}

/** @param value below 2^31 */
function appendSmall(out: ByteBuffer, value: number): void {
  let digits = 1;
  for (let bound = 10; digits < 10 && value >= bound; bound *= 10) digits++;
  out.reserve(11);
  const bytes = out.memory.buffer;
  const start = out.length;
  bytes[start] = digits;
  let rest = value;
  for (let at = start + digits; at > start; at--) {
    const tens = Math.trunc(rest / 10);
    bytes[at] = 48 + rest - tens * 10;
    rest = tens;
  }
  out.length = start + digits + 1;
}
