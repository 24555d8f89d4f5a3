import { crc32 } from 'node:zlib';

/** One entry of a segment: the run it belongs to, and a serialised ExportTraceServiceRequest. */
export interface Frame {
  readonly runId: string;
  readonly payload: Uint8Array;
}

/** Length of the payload and checksum (little-endian, 32 bits each), then the run id's 16 bytes. */
const HEADER_BYTES = 24;
/** A longer length is a torn or foreign header: no record comes near it. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export function frameSize({ payload }: Frame): number {
  return HEADER_BYTES + payload.length;
}

/** Writes a frame to `offset` of `target`, which has room for it. */
export function writeFrame(target: Buffer, offset: number, { runId, payload }: Frame): void {
  const run = known(runId);
  target.writeUInt32LE(payload.length, offset);
  target.writeUInt32LE(crc32(payload, run.checksum), offset + 4);
  target.set(run.bytes, offset + 8);
  target.set(payload, offset + HEADER_BYTES);
}

/** Frames of one run come one after another. */
let last = { runId: '', bytes: Buffer.alloc(16), checksum: 0 };

function known(runId: string) {
  if (last.runId !== runId) {
    const bytes = Buffer.alloc(16);
    bytes.write(runId.replaceAll('-', ''), 'hex');
    last = { runId, bytes, checksum: crc32(bytes) };
  }
  return last;
}

export interface FramesRead {
  readonly frames: readonly Frame[];
  /** Offset behind the last whole frame. */
  readonly end: number;
  /** Bytes that the next frame needs from `end` on, 0 at the clean end; undefined where what follows is not a frame. */
  readonly needs: number | undefined;
}

/** Reads whole frames from the start of `bytes`, at most `maxFrames`. A torn or changed frame ends the reading. */
export function readFrames(bytes: Buffer, maxFrames = Number.POSITIVE_INFINITY): FramesRead {
  const frames: Frame[] = [];
  let end = 0;
  while (frames.length < maxFrames && end < bytes.length) {
    if (bytes.length - end < HEADER_BYTES) return { frames, end, needs: HEADER_BYTES };
    const length = bytes.readUInt32LE(end);
    if (length > MAX_PAYLOAD_BYTES) return { frames, end, needs: undefined };
    const next = end + HEADER_BYTES + length;
    if (next > bytes.length) return { frames, end, needs: HEADER_BYTES + length };
    if (crc32(bytes.subarray(end + 8, next)) !== bytes.readUInt32LE(end + 4))
      return { frames, end, needs: undefined };
    frames.push({ runId: uuidAt(bytes, end + 8), payload: bytes.subarray(end + HEADER_BYTES, next) });
    end = next;
  }
  return { frames, end, needs: 0 };
}

function uuidAt(bytes: Buffer, offset: number): string {
  const hex = bytes.toString('hex', offset, offset + 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
