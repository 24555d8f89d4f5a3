import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A whole frame of an outbox: whose run, and its bytes. Read here by code of our own, from the files alone. */
export interface FoundFrame {
  readonly runId: string;
  readonly payload: Buffer;
}

export interface FoundFrames {
  readonly frames: readonly FoundFrame[];
  /** Segments that end in half a frame, of which nobody was told that it was written. */
  readonly torn: number;
}

const HEADER = 24;

/** Every frame in the spools of an outbox directory that `isOne` accepts by name. */
export function framesIn(outbox: string, isOne: (spool: string) => boolean = () => true): FoundFrames {
  const frames: FoundFrame[] = [];
  let torn = 0;
  for (const spool of namesIn(outbox)) {
    if (!/^(spool|free)~/.test(spool) || !isOne(spool)) continue;
    for (const segment of namesIn(join(outbox, spool))) {
      if (!segment.endsWith('.segment')) continue;
      const whole = wholeFrames(bytesOf(join(outbox, spool, segment)));
      frames.push(...whole.frames);
      torn += whole.torn;
    }
  }
  return { frames, torn };
}

function wholeFrames(bytes: Buffer): FoundFrames {
  const frames: FoundFrame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER) {
    const end = at + HEADER + bytes.readUInt32LE(at);
    if (end > bytes.length || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) break;
    const hex = bytes.toString('hex', at + 8, at + HEADER);
    frames.push({
      runId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      payload: Buffer.from(bytes.subarray(at + HEADER, end)),
    });
    at = end;
  }
  return { frames, torn: at < bytes.length ? 1 : 0 };
}

/** Processes come and go meanwhile, and take their files along. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
