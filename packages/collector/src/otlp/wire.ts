import { isUtf8 } from 'node:buffer';
import { malformed, OtlpDefect } from './defect.ts';
import type { MessageMeter } from './message-meter.ts';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * Reads one protobuf message out of a byte range and never looks beyond it: an inner length that overruns its
 * message is a defect, not another field's bytes. Source: protobuf.dev/programming-guides/encoding.
 */
export class WireReader {
  readonly bytes: Buffer;
  readonly end: number;
  readonly #start: number;
  readonly #meter: MessageMeter;
  #position: number;
  #wireType = 0;

  constructor(bytes: Buffer, meter: MessageMeter, start = 0, end = bytes.length) {
    meter.add();
    this.bytes = bytes;
    this.#meter = meter;
    this.#start = start;
    this.#position = start;
    this.end = end;
  }

  /** All bytes of this message, wherever reading stands. */
  whole(): Buffer {
    return this.bytes.subarray(this.#start, this.end);
  }

  /** The next field's number, or 0 at the end of the message. */
  next(): number {
    if (this.#position >= this.end) return 0;
    const tag = this.#shortVarint();
    this.#wireType = tag % 8;
    const field = Math.floor(tag / 8);
    if (field === 0 || field > 0x1fff_ffff) throw malformed('illegal field number');
    return field;
  }

  skip(): void {
    if (this.#wireType === VARINT) this.#varint();
    else if (this.#wireType === FIXED64) this.#take(8);
    else if (this.#wireType === LENGTH) this.#take(this.#length());
    else if (this.#wireType === FIXED32) this.#take(4);
    else throw malformed(`unsupported wire type ${this.#wireType}`);
  }

  message(): WireReader {
    const start = this.#lengthDelimited();
    return new WireReader(this.bytes, this.#meter, start, this.#position);
  }

  raw(): Buffer {
    const start = this.#lengthDelimited();
    return this.bytes.subarray(start, this.#position);
  }

  string(): string {
    const start = this.#lengthDelimited();
    const end = this.#position;
    if (end - start <= SHORT && isAscii(this.bytes, start, end))
      return this.bytes.toString('latin1', start, end);
    const text = this.bytes.toString('utf8', start, end);
    // What is not UTF-8 is read as this character, which may as well be in a text.
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, end)))
      throw new OtlpDefect('invalid_utf8', 'a string is not UTF-8');
    return text;
  }

  /** Unsigned 64 bits. */
  varint(): bigint {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** An enum: 32 bits, signed, as protobuf defines them. */
  enum(): number {
    return Number(BigInt.asIntN(32, this.varint()));
  }

  fixed64(): bigint {
    this.#expect(FIXED64);
    return this.bytes.readBigUInt64LE(this.#take(8));
  }

  double(): number {
    this.#expect(FIXED64);
    return this.bytes.readDoubleLE(this.#take(8));
  }

  #lengthDelimited(): number {
    this.#expect(LENGTH);
    return this.#take(this.#length());
  }

  #length(): number {
    const length = this.#shortVarint();
    if (length > this.end - this.#position) throw malformed('a length overruns its message');
    return length;
  }

  #take(length: number): number {
    const start = this.#position;
    if (length > this.end - start) throw malformed('truncated message');
    this.#position = start + length;
    return start;
  }

  /** Tags and lengths: exact below 2^53, and any larger is as wrong as any other. */
  #shortVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw malformed('a varint is longer than ten bytes');
  }

  #varint(): bigint {
    let low = 0;
    let scale = 1;
    // As long as it is exact in a double: each step with a bigint takes as long as all of these.
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return SMALL[low] ?? BigInt(low);
      scale *= 128;
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a varint is longer than ten bytes');
  }

  #byte(): number {
    const byte = this.#position < this.end ? this.bytes[this.#position++] : undefined;
    if (byte === undefined) throw malformed('truncated message');
    return byte;
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) throw malformed(`wire type ${this.#wireType} where ${wireType} belongs`);
  }
}

/** Up to here, looking at each byte is faster than a call that looks at all of them. */
const SHORT = 32;

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] ?? 0) > 127) return false;
  return true;
}

const SMALL: readonly bigint[] = Array.from({ length: 128 }, (_, value) => BigInt(value));
