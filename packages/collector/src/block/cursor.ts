import { isUtf8 } from 'node:buffer';
import { Bytes } from './bytes.ts';
import {
  ILLEGAL_FIELD,
  INVALID_UTF8,
  LONG_VARINT,
  misplaced,
  OVERRUN,
  TRUNCATED,
  unsupported,
} from './defects.ts';

const EMPTY = new Bytes(Buffer.alloc(0));

/** Wire types, the low three bits of a tag. Source: protobuf.dev/programming-guides/encoding. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * A place in a protobuf body and the end of the message around it, which it never reads beyond. One cursor reads a whole
 * body: messages are entered and left, and nothing is allocated for them. Defects are thrown.
 */
export class Cursor {
  body = EMPTY;
  at = 0;
  end = 0;

  open(body: Buffer): void {
    this.body = new Bytes(body);
    this.at = 0;
    this.end = body.length;
  }

  /** Lets go of the body. */
  close(): void {
    this.body = EMPTY;
    this.at = this.end = 0;
  }

  /** Field number × 8 + wire type of the next field, or 0 at the end of the message. */
  tag(): number {
    if (this.at >= this.end) return 0;
    const byte = this.body.buffer[this.at] ?? 0;
    if (byte >= 128 || byte < 8) return this.#longTag();
    this.at++;
    return byte;
  }

  #longTag(): number {
    const tag = this.#varint();
    if (tag < 8 || tag > 0xffff_ffff) throw ILLEGAL_FIELD;
    return tag;
  }

  /** The length of what follows, which lies within this message. */
  length(): number {
    const byte = this.at < this.end ? (this.body.buffer[this.at] ?? 0) : 128;
    const length = byte < 128 ? byte : this.#varint();
    if (byte < 128) this.at++;
    if (length > this.end - this.at) throw OVERRUN;
    return length;
  }

  /** Reads on inside the message that follows; returns the end of the one around it, for `leave`. */
  enter(): number {
    const outer = this.end;
    const length = this.length();
    this.end = this.at + length;
    return outer;
  }

  /** As `enter`, for a tag whose wire type has not been looked at. */
  enterField(tag: number): number {
    if ((tag & 7) !== LENGTH) throw misplaced(tag & 7);
    return this.enter();
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  skip(tag: number): void {
    const wireType = tag & 7;
    if (wireType === LENGTH) {
      const length = this.length();
      this.at += length;
    } else if (wireType === VARINT) this.skipVarint();
    else if (wireType === FIXED64) this.take(8);
    else if (wireType === FIXED32) this.take(4);
    else throw unsupported(wireType);
  }

  /** Passes over some bytes of this message; returns where they start. */
  take(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw TRUNCATED;
    this.at = start + length;
    return start;
  }

  /** Passes over a length-delimited field; returns where it starts. It ends where the cursor then is. */
  field(): number {
    const length = this.length();
    const start = this.at;
    this.at = start + length;
    return start;
  }

  /** As `field`, of UTF-8. */
  text(): number {
    const start = this.field();
    if (!isUtf8(this.body.buffer.subarray(start, this.at))) throw INVALID_UTF8;
    return start;
  }

  /** 32 bits, unsigned, little-endian: one half of a fixed64. */
  word(): number {
    return this.body.view.getUint32(this.take(4), true);
  }

  skipVarint(): void {
    for (let i = 0; i < 10; i++) if ((this.body.buffer[this.take(1)] ?? 0) < 128) return;
    throw LONG_VARINT;
  }

  /** An enum: the low 32 bits of a varint, signed. */
  enum(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.body.buffer[this.take(1)] ?? 0;
      if (shift < 32) value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw LONG_VARINT;
  }

  /** Tags and lengths: exact below 2^53, and any larger is as wrong as any other. */
  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.body.buffer[this.take(1)] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw LONG_VARINT;
  }
}
