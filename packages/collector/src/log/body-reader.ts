import { type BodyMeta, decodeEntry } from './entry.ts';
import type { IdRange } from './range-set.ts';
import type { Segment } from './segment.ts';

/** `damaged`: it was acknowledged, and its bytes are no longer what was written. */
export type BodyRead =
  | { readonly kind: 'body'; readonly meta: BodyMeta; readonly bytes: Buffer; readonly size: number }
  | { readonly kind: 'damaged'; readonly id: number; readonly spans: number; readonly bytes: Buffer };

const WINDOW_BYTES = 1024 * 1024;

/** Reads bodies back, in order of their ids; ids that were never written are passed over. */
export async function* readBodies(
  segments: () => readonly Segment[],
  ranges: readonly IdRange[],
): AsyncGenerator<BodyRead> {
  for (const [first, last] of ranges)
    for (let id = first; id <= last; ) {
      const segment = segments().find(({ header, nextId }) => header.firstId <= id && id < nextId);
      if (segment?.offsetOf(id) === undefined) {
        id++;
        continue;
      }
      const window = windowFrom(segment, id, last);
      const bytes = Buffer.allocUnsafeSlow(window.end - window.start);
      const length = await segment.file.read(bytes, window.start);
      for (; id <= window.lastId; id++) {
        const offset = segment.offsetOf(id);
        if (offset === undefined) continue;
        const from = offset - window.start;
        yield bodyAt(segment, id, bytes.subarray(0, length), from, extent(segment, id) - window.start);
      }
    }
}

/** As many bodies as fit, and at least one. */
function windowFrom(segment: Segment, first: number, last: number) {
  const start = segment.offsetOf(first) ?? 0;
  let end = extent(segment, first);
  let lastId = first;
  while (lastId < last && lastId + 1 < segment.nextId) {
    const next = extent(segment, lastId + 1);
    if (next - start > WINDOW_BYTES) break;
    end = Math.max(end, next);
    lastId++;
  }
  return { start, end, lastId };
}

/** Where the next body begins, or the segment ends; markers may lie between. */
function extent(segment: Segment, id: number): number {
  for (let next = id + 1; next < segment.nextId; next++) {
    const offset = segment.offsetOf(next);
    if (offset !== undefined) return offset;
  }
  return segment.length;
}

function bodyAt(segment: Segment, id: number, bytes: Buffer, from: number, to: number): BodyRead {
  const read = decodeEntry(bytes, from, segment.header.mark);
  if (read.kind === 'entry' && read.entry.kind === 'body' && read.entry.meta.id === id)
    return { ...read.entry, size: read.end - from };
  return { kind: 'damaged', id, spans: segment.spansOf(id), bytes: bytes.subarray(from, to) };
}
