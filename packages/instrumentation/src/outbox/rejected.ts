import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from './frame.ts';

const MAX_FILES = 256;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Keeps what the collector refused for good, one file a record (OTLP protobuf), with the reason beside it.
 * Bounded: the oldest go first. Returns how many had to go.
 */
export async function setAside(root: string, frame: Frame, why: string): Promise<number> {
  const folder = join(root, 'rejected');
  await mkdir(folder, { recursive: true });
  const name = `${Date.now()}-${crypto.randomUUID()}`;
  await writeFile(join(folder, `${name}.otlp`), frame.payload, { flush: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ run_id: frame.runId, why }));
  return trim(folder);
}

/** Keeps bytes of a segment that are no whole frame: mostly the write that a kill cut short, at worst a damaged disk. */
export async function keepTorn(root: string, tail: Uint8Array): Promise<void> {
  const folder = join(root, 'rejected');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${Date.now()}-${crypto.randomUUID()}.torn`), tail, { flush: true });
  await trim(folder);
}

async function trim(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.json')).sort();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let dropped = 0;
  for (const [index, name] of names.entries()) {
    if (names.length - dropped <= MAX_FILES && bytes <= MAX_BYTES) break;
    await rm(join(folder, name), { force: true });
    await rm(join(folder, name.replace(/\.\w+$/, '.json')), { force: true });
    bytes -= sizes[index] ?? 0;
    dropped += 1;
  }
  return dropped;
}
