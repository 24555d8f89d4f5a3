/**
 * Writes protobuf forwards, without an object for each field: a million spans have to be ready before the clock starts.
 * Text is ASCII, and shorter than 16 KiB.
 */
export class Wire {
  #bytes: Buffer;
  #at = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafe(bytes);
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  reset(): void {
    this.#at = 0;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#byte((rest % 128) | 128);
    this.#byte(rest);
  }

  number(field: number, value: number): void {
    this.varint(field * 8);
    this.varint(value);
  }

  fixed64(field: number, value: bigint): void {
    this.varint(field * 8 + 1);
    this.#room(8);
    this.#at = this.#bytes.writeBigUInt64LE(value, this.#at);
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  text(field: number, value: string): void {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.#room(value.length);
    this.#at += this.#bytes.write(value, this.#at, 'latin1');
  }

  /** A `KeyValue` with a string or a whole number that is not negative. */
  attribute(field: number, key: string, value: string | number): void {
    const content = typeof value === 'string' ? value.length : sizeOf(value);
    const inner = typeof value === 'string' ? 1 + sizeOf(content) + content : 1 + content;
    this.varint(field * 8 + 2);
    this.varint(1 + sizeOf(key.length) + key.length + 1 + sizeOf(inner) + inner);
    this.text(1, key);
    this.varint(2 * 8 + 2);
    this.varint(inner);
    if (typeof value === 'string') this.text(1, value);
    else this.number(3, value);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Bytes of a varint. */
function sizeOf(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
