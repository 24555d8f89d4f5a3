import type { AttributeValue } from '@opentelemetry/api';

/** Wire types of protobuf, as far as OTLP uses them. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Texts and bytes up to this length are written without leaving JavaScript. */
const MAX_LOOPED = 40;
/** Texts up to this length are taken to be ASCII until they turn out not to be. */
const MAX_TRIED = 8192;
/** Bytes of a UTF-16 unit, at most. */
const MAX_UTF8 = 3;

/** Keys come from a fixed few; those of a caller's own resource are not many. */
const MAX_KNOWN_KEYS = 512;
const knownKeys = new Map<string, Buffer>();

/** Writes protobuf fields into a buffer that grows. */
export class OtlpWriter {
  private buffer = Buffer.allocUnsafeSlow(4096);
  private numbers = numbersIn(this.buffer);
  length = 0;

  reset(): this {
    this.length = 0;
    return this;
  }

  /** A copy: the writer's own buffer is used again. */
  toBuffer(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  /** What is written so far, until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  raw(bytes: Buffer): this {
    this.room(bytes.length);
    const { buffer, length } = this;
    if (bytes.length > MAX_LOOPED) bytes.copy(buffer, length);
    else for (let index = 0; index < bytes.length; index++) buffer[length + index] = bytes[index] as number;
    this.length += bytes.length;
    return this;
  }

  bytes(field: number, bytes: Buffer): this {
    return this.header(field, bytes.length).raw(bytes);
  }

  /** What another writer holds, as a message. */
  message(field: number, { buffer, length }: OtlpWriter): this {
    this.header(field, length).room(length);
    buffer.copy(this.buffer, this.length, 0, length);
    this.length += length;
    return this;
  }

  /** @param hex an even number of hexadecimal digits; ids are short enough not to leave JavaScript for them */
  hex(field: number, hex: string): this {
    this.header(field, hex.length / 2).room(hex.length / 2);
    for (let index = 0; index < hex.length; index += 2)
      this.byte(digit(hex.charCodeAt(index)) * 16 + digit(hex.charCodeAt(index + 1)));
    return this;
  }

  /** UTF-8; a lone surrogate becomes U+FFFD. */
  text(field: number, text: string): this {
    const start = this.length;
    if (this.header(field, text.length).ascii(text)) return this;
    this.length = start;
    const size = Buffer.byteLength(text);
    this.header(field, size).room(size);
    this.length += this.buffer.write(text, this.length, 'utf8');
    return this;
  }

  /** @param value a non-negative integer */
  integer(field: number, value: number): this {
    return this.varint(field * 8 + VARINT).varint(value);
  }

  fixed32(field: number, value: number): this {
    this.varint(field * 8 + FIXED32).room(4);
    this.numbers.setUint32(this.length, value, true);
    this.length += 4;
    return this;
  }

  fixed64(field: number, value: bigint): this {
    this.varint(field * 8 + FIXED64).room(8);
    this.numbers.setBigUint64(this.length, value, true);
    this.length += 8;
    return this;
  }

  /** `KeyValue`. Values as OpenTelemetry's own serialisers write them: whole numbers as int64, others as double. */
  attribute(field: number, key: string, value: AttributeValue): this {
    const keyBytes = keyField(key);
    if (typeof value === 'string' && this.asciiAttribute(field, keyBytes, value)) return this;
    const valueSize = sizeOf(value);
    this.header(field, keyBytes.length + 1 + varintSize(valueSize) + valueSize);
    this.raw(keyBytes).header(2, valueSize);
    return this.any(value);
  }

  /** Most attributes are ASCII, of which the length is known before it is written. False: nothing was written. */
  private asciiAttribute(field: number, key: Buffer, text: string): boolean {
    const start = this.length;
    const valueSize = fieldSize(text.length);
    this.header(field, key.length + fieldSize(valueSize)).raw(key);
    if (this.header(2, valueSize).header(1, text.length).ascii(text)) return true;
    this.length = start;
    return false;
  }

  /** False, and nothing is written, for text that is not ASCII, or so long that trying is dearer than measuring. */
  private ascii(text: string): boolean {
    if (text.length > MAX_TRIED) return false;
    this.room(text.length * MAX_UTF8);
    if (text.length > MAX_LOOPED) {
      if (this.buffer.write(text, this.length, 'utf8') !== text.length) return false;
      this.length += text.length;
      return true;
    }
    const { buffer } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      buffer[at++] = code;
    }
    this.length = at;
    return true;
  }

  private any(value: AttributeValue | null | undefined): this {
    if (typeof value === 'string') return this.text(1, value);
    if (typeof value === 'boolean') return this.integer(2, value ? 1 : 0);
    if (typeof value === 'number') return this.number(value);
    if (!isList(value)) return this;
    this.header(5, itemsSize(value));
    for (const item of value) this.header(1, sizeOf(item)).any(item);
    return this;
  }

  private number(value: number): this {
    if (isInt64(value)) {
      this.varint(3 * 8 + VARINT);
      return value >= 0 ? this.varint(value) : this.negative(value);
    }
    this.varint(4 * 8 + FIXED64).room(8);
    this.numbers.setFloat64(this.length, value, true);
    this.length += 8;
    return this;
  }

  /** What a message of `size` bytes begins with. */
  header(field: number, size: number): this {
    return this.varint(field * 8 + BYTES).varint(size);
  }

  private varint(value: number): this {
    this.room(8);
    let rest = value;
    for (; rest > 0x7f_ff_ff_ff; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest);
  }

  /** Two's complement of 64 bits: always ten bytes. */
  private negative(value: number): this {
    this.room(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    return this.byte(Number(rest));
  }

  private byte(value: number): this {
    this.buffer[this.length++] = value;
    return this;
  }

  private room(size: number): this {
    if (this.length + size <= this.buffer.length) return this;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + size));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.numbers = numbersIn(larger);
    return this;
  }
}

function numbersIn({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The value of a hexadecimal digit, by its character code. */
function digit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}

function keyField(key: string): Buffer {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const bytes = new OtlpWriter().text(1, key).toBuffer();
  if (knownKeys.size < MAX_KNOWN_KEYS) knownKeys.set(key, bytes);
  return bytes;
}

/** Bytes of an `AnyValue`. */
function sizeOf(value: AttributeValue | null | undefined): number {
  if (typeof value === 'string') return fieldSize(Buffer.byteLength(value));
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'number') return numberSize(value);
  return isList(value) ? fieldSize(itemsSize(value)) : 0;
}

type Item = string | number | boolean | null | undefined;

/** Lists hold no lists: so the API has it. */
function isList(value: AttributeValue | null | undefined): value is Item[] {
  return Array.isArray(value);
}

function itemsSize(values: readonly Item[]): number {
  return values.reduce<number>((sum, item) => sum + fieldSize(sizeOf(item)), 0);
}

function numberSize(value: number): number {
  if (!isInt64(value)) return 9;
  return value < 0 ? 11 : 1 + varintSize(value);
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

/** Bytes of a field with a number below 16 that has `size` bytes in it. */
export function fieldSize(size: number): number {
  return 1 + varintSize(size) + size;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
