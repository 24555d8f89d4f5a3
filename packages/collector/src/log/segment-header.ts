import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const SEGMENT_HEADER_BYTES = 64;
export const LOG_VERSION = 1;
const MAGIC = Buffer.from('TOLLGATE-LOG');

/**
 * The head of a segment: magic (12 bytes), format version (u16), 2 bytes kept free, mark (8 bytes), first id (f64), number
 * and valid length of the segment before (f64 each), zeros, CRC-32 of all that (u32). Little-endian.
 */
export interface SegmentHeader {
  /**
   * Begins every entry of this segment. Random, since a body may hold any bytes: a client that knew the mark could
   * plant an entry of its own inside a body, to be found when what lies before it is damaged.
   */
  readonly mark: Buffer;
  /** No body in this segment has a lower id. */
  readonly firstId: number;
  /** Where the segment before was given up after a failed write: what lies behind was never acknowledged. 0: nowhere. */
  readonly abandoned: { readonly number: number; readonly length: number };
}

export const newMark = (): Buffer => randomBytes(8);

export function encodeHeader({ mark, firstId, abandoned }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(LOG_VERSION, 12);
  mark.copy(bytes, 16);
  bytes.writeDoubleLE(firstId, 24);
  bytes.writeDoubleLE(abandoned.number, 32);
  bytes.writeDoubleLE(abandoned.length, 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

export type HeaderRead =
  | { readonly kind: 'header'; readonly header: SegmentHeader }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'unreadable' };

/** Where the head ends and what its checksum covers is the same in every version: one that is torn must not look newer. */
export function decodeHeader(bytes: Buffer): HeaderRead {
  if (bytes.length < SEGMENT_HEADER_BYTES || !bytes.subarray(0, 12).equals(MAGIC))
    return { kind: 'unreadable' };
  if (crc32(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return { kind: 'unreadable' };
  const version = bytes.readUInt16LE(12);
  if (version > LOG_VERSION) return { kind: 'newer', version };
  const header = {
    mark: Buffer.from(bytes.subarray(16, 24)),
    firstId: bytes.readDoubleLE(24),
    abandoned: { number: bytes.readDoubleLE(32), length: bytes.readDoubleLE(40) },
  };
  return { kind: 'header', header };
}
