import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file in one step, so that whoever reads it meanwhile sees the old text or the new one, whole. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Of its own: another process may replace the same file.
  const temporary = `${path}.${randomUUID()}.new`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}
