import { endianness } from 'node:os';
import { ByteBuffer } from './columns/byte-buffer.ts';

if (endianness() !== 'LE') throw new Error('the Native format is little-endian, and so must this machine be');

/** The bytes of one block in ClickHouse's Native format, gathered without copying what columns already hold as it is. */
export class NativeParts {
  readonly parts: Uint8Array[] = [];

  /** Words as they lie in memory. */
  words(words: Uint8Array | Uint16Array | Uint32Array): void {
    if (words.byteLength > 0)
      this.parts.push(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }

  u64(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    this.parts.push(bytes);
  }

  varint(value: number): void {
    const buffer = new ByteBuffer(5);
    buffer.varint(value);
    this.parts.push(buffer.written());
  }

  text(text: string): void {
    const buffer = new ByteBuffer(text.length + 5);
    buffer.text(text);
    this.parts.push(buffer.written());
  }
}
