import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** How many files went, and how many stay because they are known to hold nothing of it. */
export interface AsideErased {
  readonly removed: number;
  readonly kept: number;
}

/** As much of a body as is looked at; one that is longer goes, since nothing is known of its rest. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Of what the log set aside for people to look at, removes each file that names one of these runs, and each of which that
 * cannot be told: damaged stretches hold packed bodies that begin anywhere.
 */
export async function eraseAside(directory: string, run_ids: readonly string[]): Promise<AsideErased> {
  const words = run_ids.flatMap(wordsOf);
  let [removed, kept] = [0, 0];
  for (const path of await asideFiles(directory)) {
    const names = path.endsWith('.unstorable') ? holdsAny(await readFile(path), words) : true;
    if (names) await rm(path, { force: true });
    if (names) removed += 1;
    else kept += 1;
  }
  return { removed, kept };
}

async function asideFiles(directory: string): Promise<string[]> {
  const aside = join(directory, 'set-aside');
  const [beside, inFolder] = await Promise.all([readdir(directory), readdir(aside).catch(() => [])]);
  return [
    ...beside.filter((name) => name.endsWith('.log.damaged')).map((name) => join(directory, name)),
    ...inFolder.map((name) => join(aside, name)),
  ];
}

/** A run's id as it may stand in a body: as text with dashes or without, or as the bytes of a trace id. */
function wordsOf(run_id: string): Buffer[] {
  const hex = run_id.replaceAll('-', '').toLowerCase();
  const texts = [run_id.toLowerCase(), run_id.toUpperCase(), hex, hex.toUpperCase()];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(hex, 'hex')];
}

function holdsAny(sent: Buffer, words: readonly Buffer[]): boolean {
  const bytes = unpacked(sent);
  return bytes === undefined || words.some((word) => bytes.includes(word));
}

/** Undefined where it is too long, or cut off. */
function unpacked(sent: Buffer): Buffer | undefined {
  const options = { maxOutputLength: MOST_BYTES };
  try {
    if (sent[0] === 0x1f && sent[1] === 0x8b) return gunzipSync(sent, options);
    if (sent.length >= 4 && sent.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(sent, options);
    return sent;
  } catch {
    return undefined;
  }
}
