import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { MANIFEST, type PackManifest, packManifest } from '../../src/exports/manifest.ts';

export interface OpenedPack {
  readonly manifest: PackManifest;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Reads a whole pack. @throws Error for an archive that is not whole */
export async function openPack(bytes: Buffer): Promise<OpenedPack> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  const text = files.get(MANIFEST)?.toString('utf8') ?? '';
  files.delete(MANIFEST);
  return { manifest: packManifest.parse(JSON.parse(text)), files };
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Rows of a JSONL file. */
export const rowsOf = (pack: OpenedPack, name: string): Record<string, unknown>[] =>
  (pack.files.get(`${name}.jsonl`)?.toString('utf8') ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
