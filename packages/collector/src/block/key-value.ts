import type { Cursor } from './cursor.ts';
import { misplaced } from './defects.ts';

/** Tags of `KeyValue`, common.proto. */
const KEY = 0x0a;
const VALUE = 0x12;

/** Where key and value of one attribute lie in the body. */
export class KeyValue {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  hasValue = false;

  /**
   * Reads the `KeyValue` that follows.
   * @returns false, and has read nothing, where key or value are repeated
   */
  read(cursor: Cursor): boolean {
    return this.#readUsual(cursor) || this.#readNothing(cursor) || this.#readFields(cursor);
  }

  /** What nearly every sender writes: a key of less than 128 bytes, then a value, then nothing, in less than 16 KiB. */
  #readUsual(cursor: Cursor): boolean {
    const { at } = cursor;
    const { buffer } = cursor.body;
    const isLong = (buffer[at] ?? 0) > 127;
    const length = isLong ? twoByteVarint(buffer, at) : (buffer[at] ?? 0);
    const start = isLong ? at + 2 : at + 1;
    const end = start + length;
    const keyLength = buffer[start + 1] ?? 0;
    const keyEnd = start + 2 + keyLength;
    if (length < 0 || end > cursor.end || keyLength > 127 || keyEnd + 2 > end) return false;
    if (buffer[start] !== KEY || buffer[keyEnd] !== VALUE) return false;
    const isLongValue = (buffer[keyEnd + 1] ?? 0) > 127;
    const valueLength = isLongValue ? twoByteVarint(buffer, keyEnd + 1) : (buffer[keyEnd + 1] ?? 0);
    const valueStart = isLongValue ? keyEnd + 3 : keyEnd + 2;
    if (valueStart + valueLength !== end) return false;
    this.keyStart = start + 2;
    this.keyEnd = keyEnd;
    this.valueStart = valueStart;
    this.valueEnd = end;
    this.hasValue = true;
    cursor.at = end;
    return true;
  }

  #readNothing(cursor: Cursor): boolean {
    if (cursor.at >= cursor.end || cursor.body.buffer[cursor.at] !== 0) return false;
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = ++cursor.at;
    this.hasValue = false;
    return true;
  }

  #readFields(cursor: Cursor): boolean {
    const start = cursor.at;
    const outer = cursor.enter();
    let hasKey = false;
    this.hasValue = false;
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = cursor.at;
    for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
      if ((tag === KEY && hasKey) || (tag === VALUE && this.hasValue)) {
        cursor.at = start;
        cursor.end = outer;
        return false;
      }
      if (tag === KEY) {
        hasKey = true;
        this.keyStart = cursor.field();
        this.keyEnd = cursor.at;
      } else if (tag === VALUE) {
        this.hasValue = true;
        this.valueStart = cursor.field();
        this.valueEnd = cursor.at;
      } else if (tag >>> 3 <= 2) throw misplaced(tag & 7);
      else cursor.skip(tag);
    }
    cursor.leave(outer);
    return true;
  }
}

/** Below 2^14, or -1. */
function twoByteVarint(buffer: Buffer, at: number): number {
  const high = buffer[at + 1] ?? 0;
  return high > 127 ? -1 : ((buffer[at] ?? 0) & 127) | (high << 7);
}
