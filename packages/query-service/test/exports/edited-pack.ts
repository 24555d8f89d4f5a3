import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { MANIFEST } from '../../src/exports/manifest.ts';
import { openPack, sha256 } from './open-pack.ts';

/** The same pack with other files; the manifest's digests follow where it is so wanted, as whoever edits a pack would have them. */
export async function edited(
  whole: Buffer,
  edit: (files: Map<string, Buffer>) => void | Promise<void>,
  { follow, compress = true }: { readonly follow: boolean; readonly compress?: boolean },
): Promise<Buffer> {
  const { manifest, files: original } = await openPack(whole);
  const files = new Map(original);
  await edit(files);
  if (follow)
    for (const file of manifest.files) {
      const bytes = files.get(file.name) ?? Buffer.alloc(0);
      Object.assign(file, { bytes: bytes.length, sha256: sha256(bytes) });
    }
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(bytes, name, { compress });
  zip.addBuffer(Buffer.from(JSON.stringify(manifest)), MANIFEST);
  zip.end();
  return buffer(zip.outputStream as Readable);
}
