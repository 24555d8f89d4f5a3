import { join } from 'node:path';
import { LogError } from './log-error.ts';
import type { LogFile, LogFiles } from './log-files.ts';
import { type Recovered, Recovery } from './recovery.ts';
import { type BadStretch, scanSegment } from './scan-segment.ts';
import { Segment } from './segment.ts';
import { decodeHeader, LOG_VERSION, SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment-header.ts';

export const segmentPath = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(10, '0')}.log`);

/** A stretch of the log that could not be used, and where its bytes are kept. */
export interface FoundBad extends BadStretch {
  readonly segment: string;
  readonly keptAt: string;
}

export interface Opened {
  readonly segments: Segment[];
  /** The highest number that a segment has had. */
  readonly lastNumber: number;
  readonly recovered: Recovered;
  readonly bad: readonly FoundBad[];
}

interface Found {
  readonly number: number;
  readonly path: string;
  readonly size: number;
  readonly header: SegmentHeader | undefined;
}

/**
 * Reads what a log holds. Throws a LogError `log_newer_version` before anything is changed; otherwise cuts torn ends off
 * and passes over damaged stretches, both kept aside.
 */
export async function openSegments(directory: string, files: LogFiles, remember: number): Promise<Opened> {
  const found = await findSegments(directory, files);
  // Where the first one cannot be read, nobody knows what is gone: 0 assumes nothing.
  const recovery = new Recovery(found[0]?.header?.firstId ?? 0, remember);
  const segments: Segment[] = [];
  const bad: FoundBad[] = [];
  for (const [index, each] of found.entries()) {
    const segment = await openSegment(each, found[index + 1]?.header, { directory, files, recovery, bad });
    if (segment) segments.push(segment);
  }
  return { segments, lastNumber: found.at(-1)?.number ?? 0, recovered: recovery.finish(), bad };
}

async function findSegments(directory: string, files: LogFiles): Promise<Found[]> {
  const names = (await files.list(directory)).filter((name) => /^\d{10}\.log$/.test(name)).sort();
  const found: Found[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const file = await files.open(path);
    const head = Buffer.alloc(SEGMENT_HEADER_BYTES);
    const length = await file.read(head, 0).finally(() => file.close());
    const read = decodeHeader(head.subarray(0, length));
    if (read.kind === 'newer') throw newer(path, read.version);
    const header = read.kind === 'header' ? read.header : undefined;
    found.push({ number: Number.parseInt(name, 10), path, size: await files.size(path), header });
  }
  return found;
}

const newer = (path: string, version: number): LogError =>
  new LogError(
    'log_newer_version',
    `${path} was written by a newer Tollgate (log format ${version}; this one reads up to ${LOG_VERSION}). ` +
      'Nothing was touched. Start that version again, or let it store what is left (until /metrics says ' +
      'tollgate_collector_log_spans 0) and give this one an empty directory.',
  );

interface Opening {
  readonly directory: string;
  readonly files: LogFiles;
  readonly recovery: Recovery;
  readonly bad: FoundBad[];
}

async function openSegment(
  found: Found,
  next: SegmentHeader | undefined,
  opening: Opening,
): Promise<Segment | undefined> {
  const { number, path, header } = found;
  const file = await opening.files.open(path);
  const abandoned = next?.abandoned.number === number ? next.abandoned.length : found.size;
  const bytes = Buffer.allocUnsafeSlow(Math.min(found.size, abandoned));
  const whole = bytes.subarray(0, await file.read(bytes, 0));
  if (!header) {
    await file.close();
    await passOver(found, whole, opening);
    return undefined;
  }
  const segment = new Segment(number, path, header, file);
  segment.length = await readEntries(segment, whole, found, opening);
  if (segment.length < found.size) await cut(file, segment.length);
  return segment;
}

/** A crash while a segment was made leaves no more than a header; anything longer was a segment once, and is kept as it is. */
async function passOver(found: Found, bytes: Buffer, { files, bad }: Opening): Promise<void> {
  const { path: segment } = found;
  if (bytes.length <= SEGMENT_HEADER_BYTES) return files.remove(segment);
  const keptAt = `${segment}.damaged`;
  await files.rename(segment, keptAt);
  bad.push({ kind: 'damaged', offset: 0, end: bytes.length, segment, keptAt });
}

async function readEntries(segment: Segment, bytes: Buffer, found: Found, opening: Opening): Promise<number> {
  const stretches: BadStretch[] = [];
  opening.recovery.atLeast(segment.header.firstId);
  const end = scanSegment(
    bytes,
    segment.header.mark,
    (entry, offset, size) => {
      if (entry.kind === 'body') segment.add(entry.meta, offset);
      opening.recovery.read(entry, size);
    },
    (stretch) => stretches.push(stretch),
  );
  for (const stretch of stretches) await keep(stretch, found, bytes, opening);
  return end;
}

async function keep(stretch: BadStretch, { number, path }: Found, bytes: Buffer, opening: Opening) {
  const name = `${number}-${stretch.offset}.${stretch.kind}`;
  const keptAt = await opening.files.setAside(
    opening.directory,
    name,
    bytes.subarray(stretch.offset, stretch.end),
  );
  opening.bad.push({ ...stretch, segment: path, keptAt });
}

async function cut(file: LogFile, length: number): Promise<void> {
  await file.truncate(length);
  await file.datasync();
}
