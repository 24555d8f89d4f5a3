import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Packing } from '../log/entry.ts';

/** `stopped`: `keep` said no to a chunk. */
export type Unpacked =
  | { readonly kind: 'unpacked'; readonly bytes: Buffer }
  | { readonly kind: 'broken' }
  | { readonly kind: 'stopped' };

const SMALLEST_CHUNK = 16 * 1024;

/**
 * Unpacks a body in another thread, as far as `keep` agrees: it is asked about the length of every chunk before the next
 * one is made, so no more than that is ever held, however high the compression.
 * @param maxBytes the most that will be kept, which bounds the memory that is reserved
 */
export function unpack(
  packed: Buffer,
  packing: Packing,
  maxBytes: number,
  keep: (bytes: number) => boolean,
): Promise<Unpacked> {
  if (packing === 'identity')
    return Promise.resolve(keep(packed.length) ? { kind: 'unpacked', bytes: packed } : { kind: 'stopped' });
  const chunkSize = chunkFor(packed, packing, maxBytes);
  const unpacker = packing === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  const { promise, resolve } = Promise.withResolvers<Unpacked>();
  const chunks: Buffer[] = [];
  unpacker.on('data', (chunk: Buffer) => {
    if (keep(chunk.length)) chunks.push(chunk);
    else {
      unpacker.destroy();
      resolve({ kind: 'stopped' });
    }
  });
  unpacker.once('error', () => resolve({ kind: 'broken' }));
  unpacker.once('end', () => {
    const [only, ...more] = chunks;
    resolve({ kind: 'unpacked', bytes: only && more.length === 0 ? only : Buffer.concat(chunks) });
  });
  unpacker.end(packed);
  return promise;
}

/** A gzip body ends with its unpacked size; one that lies about it is only unpacked in more or larger pieces. */
function chunkFor(packed: Buffer, packing: Packing, maxBytes: number): number {
  const said = packing === 'gzip' && packed.length >= 18 ? packed.readUInt32LE(packed.length - 4) : 0;
  // One more than that, or the stream looks for a second chunk.
  return Math.max(SMALLEST_CHUNK, Math.min(said + 1, maxBytes, packed.length * 64));
}
