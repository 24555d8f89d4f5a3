import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { CountedFile } from './counted-file.ts';
import { withEntry } from './entry-buffer.ts';
import { MANIFEST, type PackFile, type PackManifest, packManifest } from './manifest.ts';
import type { PackFormat } from './part-query.ts';
import { RecordChains } from './record-chains.ts';
import { parquetRows, STREAMED_ROWS } from './record-rows.ts';

export interface PackVerdict {
  /** Undefined where the pack has none that can be read. */
  readonly manifest: PackManifest | undefined;
  readonly records: number;
  /** One for each run and writer. */
  readonly chains: number;
  /** Chains whose end no seal states: records after their last one could be missing unseen. */
  readonly unproven: number;
  /** What is wrong, in words; empty where the pack is whole. */
  readonly problems: readonly string[];
}

/** A manifest longer than this is none of ours, in bytes. */
const LONGEST_MANIFEST = 64 * 1024 * 1024;
const RECORDS = /^(agent|service)_records\./;

/**
 * Checks an evidence pack by itself, without the service: that its files are those of the manifest, byte for byte, and
 * that the chains of its records are whole. It reads one file at a time, and holds the records of one run (of Parquet, a group of rows).
 * @param told of each file before it is read
 * @throws Error where the file is not there, or no ZIP archive
 */
export async function verifyPack(
  path: string,
  told: (file: string) => void = () => {},
): Promise<PackVerdict> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    return await verify(zip, told);
  } finally {
    zip.close();
  }
}

async function verify(zip: ZipFile, told: (file: string) => void): Promise<PackVerdict> {
  const problems: string[] = [];
  const chains = new RecordChains((problem) => problems.push(problem));
  const entries = await entriesOf(zip, problems);
  const manifest = await manifestIn(zip, entries, problems);
  for (const file of manifest?.files ?? []) {
    told(file.name);
    const entry = entries.get(file.name);
    entries.delete(file.name);
    if (entry === undefined) problems.push(`${file.name} is missing`);
    else problems.push(...(await verifyFile(zip, entry, file, chains)));
  }
  entries.delete(MANIFEST);
  if (manifest !== undefined)
    problems.push(...[...entries.keys()].map((name) => `${name} is not in the manifest`));
  return { manifest, ...chains.totals(), problems };
}

async function entriesOf(zip: ZipFile, problems: string[]): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) problems.push(`${entry.fileName} is there twice`);
    entries.set(entry.fileName, entry);
  }
  return entries;
}

async function manifestIn(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  problems: string[],
): Promise<PackManifest | undefined> {
  const entry = entries.get(MANIFEST);
  if (entry === undefined || entry.uncompressedSize > LONGEST_MANIFEST) {
    problems.push(`there is no ${MANIFEST}: this is no evidence pack`);
    return undefined;
  }
  try {
    return packManifest.parse(JSON.parse(await text(await zip.openReadStreamPromise(entry))));
  } catch {
    problems.push(`${MANIFEST} cannot be read`);
    return undefined;
  }
}

async function verifyFile(
  zip: ZipFile,
  entry: Entry,
  said: PackFile,
  chains: RecordChains,
): Promise<string[]> {
  const format = said.name.slice(said.name.indexOf('.') + 1) as PackFormat;
  const isRecords = RECORDS.test(said.name);
  const counted = new CountedFile(format);
  try {
    pipeline(await zip.openReadStreamPromise(entry), counted, () => {});
    if (isRecords && format !== 'parquet') await takeAll(STREAMED_ROWS[format](counted), chains);
    else await finished(counted.resume());
    if (isRecords && format === 'parquet')
      await withEntry(zip, entry, (file) => takeAll(parquetRows(file), chains));
  } catch (error) {
    return [`${said.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
  const { bytes, sha256, rows } = counted.facts();
  if (bytes !== said.bytes || sha256 !== said.sha256)
    return [`${said.name} is not what was handed out: its bytes differ from the manifest’s`];
  return rows === said.rows ? [] : [`${said.name} has ${rows} rows where the manifest says ${said.rows}`];
}

async function takeAll(rows: AsyncIterable<unknown>, chains: RecordChains): Promise<void> {
  for await (const row of rows) chains.take(row);
  chains.end();
}
