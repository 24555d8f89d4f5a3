import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrayBuffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type AsyncBuffer, asyncBufferFromFile } from 'hyparquet';
import type { Entry, ZipFile } from 'yauzl';

const STORED = 0;

/**
 * Lets `work` read any part of a file in an archive. Where somebody packed the archive anew and compressed it, it is unpacked
 * beside first: what is compressed can only be read from its start.
 */
export async function withEntry<T>(
  zip: ZipFile,
  entry: Entry,
  work: (file: AsyncBuffer) => Promise<T>,
): Promise<T> {
  if (entry.compressionMethod === STORED) return work(partsOf(zip, entry));
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-verify-'));
  try {
    const path = join(directory, 'entry');
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
    return await work(await asyncBufferFromFile(path));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const partsOf = (zip: ZipFile, entry: Entry): AsyncBuffer => ({
  byteLength: entry.uncompressedSize,
  slice: async (start, end = entry.uncompressedSize) =>
    arrayBuffer(await zip.openReadStreamPromise(entry, { start, end })),
});
