import type { Bytes } from './bytes.ts';
import type { ByteBuffer } from './columns/byte-buffer.ts';

/** Appends an id as hex. One of zeros in its proper size is none, and the exporter writes none. */
export function appendId(out: ByteBuffer, body: Bytes, start: number, end: number, size: number): void {
  if (start === end || (end - start === size && isZero(body, start, end))) out.byte(0);
  else out.hex(body, start, end);
}

export function isZero(body: Bytes, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (body.buffer[i] !== 0) return false;
  return true;
}
