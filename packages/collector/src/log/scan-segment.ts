import { decodeEntry, type Entry } from './entry.ts';
import { SEGMENT_HEADER_BYTES } from './segment-header.ts';

/**
 * `torn`: nothing whole follows, as when a crash cut the last write short; nobody was told that it was durable.
 * `damaged`: whole entries follow, so these bytes were whole once.
 */
export interface BadStretch {
  readonly kind: 'torn' | 'damaged';
  readonly offset: number;
  readonly end: number;
}

/** Visits every whole entry of a segment and every stretch that is none. Returns where the last whole entry ends. */
export function scanSegment(
  bytes: Buffer,
  mark: Buffer,
  visit: (entry: Entry, offset: number, size: number) => void,
  bad: (stretch: BadStretch) => void,
): number {
  let offset = SEGMENT_HEADER_BYTES;
  while (offset < bytes.length) {
    const read = decodeEntry(bytes, offset, mark);
    if (read.kind === 'entry') {
      visit(read.entry, offset, read.end - offset);
      offset = read.end;
      continue;
    }
    const next = nextWhole(bytes, offset + 1, mark);
    bad({ kind: next === undefined ? 'torn' : 'damaged', offset, end: next ?? bytes.length });
    if (next === undefined) break;
    offset = next;
  }
  return offset;
}

function nextWhole(bytes: Buffer, from: number, mark: Buffer): number | undefined {
  for (let at = bytes.indexOf(mark, from); at >= 0; at = bytes.indexOf(mark, at + 1))
    if (decodeEntry(bytes, at, mark).kind === 'entry') return at;
  return undefined;
}
