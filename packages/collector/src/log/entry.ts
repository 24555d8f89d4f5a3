import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { IdRange } from './range-set.ts';

/** What the log knows of a body, beside its bytes. */
export interface BodyMeta {
  readonly id: number;
  /** SHA-256 of sender and body: what the same body sent again is known by. */
  readonly token: string;
  readonly principal: string;
  readonly team: string;
  readonly workflows: readonly string[];
  readonly encoding: 'protobuf' | 'json';
  /** How `bytes` are packed: as the sender packed them. */
  readonly packing: Packing;
  /** Milliseconds since 1970. */
  readonly receivedMs: number;
  readonly spans: number;
  /** Spans that are quarantined, by reason, as the sender was told. */
  readonly rejected: readonly (readonly [reason: string, count: number])[];
  readonly message: string;
}

export type Packing = 'identity' | 'gzip' | 'zstd';

/** `batch`: these bodies are one insert under this token. `done`: what these bodies became is stored and synced. */
export type Entry =
  | { readonly kind: 'body'; readonly meta: BodyMeta; readonly bytes: Buffer }
  | { readonly kind: 'batch'; readonly token: string; readonly ranges: readonly IdRange[] }
  | { readonly kind: 'done'; readonly token: string; readonly ranges: readonly IdRange[] };

const BODY = 1;
const BATCH = 2;
const DONE = 3;
/** Mark (8 bytes), CRC-32 of all that follows (u32), length of the payload (u32), type (1 byte). */
export const ENTRY_HEADER_BYTES = 17;

/** An entry's bytes under a segment's mark, in parts that are written one behind the other. The body itself is not copied. */
export function encodeEntry(entry: Entry, mark: Buffer): Buffer[] {
  const { type, text, bytes } = partsOf(entry);
  const json = Buffer.byteLength(text);
  const prefix = type === BODY ? 4 : 0;
  const head = Buffer.allocUnsafe(ENTRY_HEADER_BYTES + prefix + json);
  mark.copy(head);
  head.writeUInt32LE(prefix + json + bytes.length, 12);
  head[16] = type;
  if (type === BODY) head.writeUInt32LE(json, ENTRY_HEADER_BYTES);
  head.write(text, ENTRY_HEADER_BYTES + prefix);
  head.writeUInt32LE(crc32(bytes, crc32(head.subarray(12))), 8);
  return bytes.length === 0 ? [head] : [head, bytes];
}

function partsOf(entry: Entry): { type: number; text: string; bytes: Buffer } {
  if (entry.kind === 'body') return { type: BODY, text: JSON.stringify(entry.meta), bytes: entry.bytes };
  const { token, ranges } = entry;
  const type = entry.kind === 'batch' ? BATCH : DONE;
  return { type, text: JSON.stringify({ token, ranges }), bytes: Buffer.alloc(0) };
}

export type EntryRead =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly end: number }
  | { readonly kind: 'none' };

/** The entry at an offset, if a whole one with the right checksum is there. Its bytes are a view. */
export function decodeEntry(bytes: Buffer, offset: number, mark: Buffer): EntryRead {
  const start = offset + ENTRY_HEADER_BYTES;
  if (start > bytes.length || mark.compare(bytes, offset, offset + 8) !== 0) return { kind: 'none' };
  const end = start + bytes.readUInt32LE(offset + 12);
  if (end > bytes.length || crc32(bytes.subarray(offset + 12, end)) !== bytes.readUInt32LE(offset + 8))
    return { kind: 'none' };
  return { kind: 'entry', entry: parse(bytes[offset + 16] ?? 0, bytes.subarray(start, end)), end };
}

const range = z.tuple([z.int(), z.int()]);
const marker = z.object({ token: z.string(), ranges: z.array(range) });
const body = z.object({
  id: z.int(),
  token: z.string(),
  principal: z.string(),
  team: z.string(),
  workflows: z.array(z.string()),
  encoding: z.enum(['protobuf', 'json']),
  packing: z.enum(['identity', 'gzip', 'zstd']),
  receivedMs: z.number(),
  spans: z.int(),
  rejected: z.array(z.tuple([z.string(), z.int()])),
  message: z.string(),
});

/** Throws for what has the right checksum and is no entry: that is a defect of ours, not of a disk. */
function parse(type: number, payload: Buffer): Entry {
  if (type === BATCH || type === DONE)
    return { kind: type === BATCH ? 'batch' : 'done', ...marker.parse(JSON.parse(payload.toString())) };
  if (type !== BODY) throw new Error(`the log holds an entry of unknown type ${type}`);
  const length = 4 + payload.readUInt32LE(0);
  const meta = body.parse(JSON.parse(payload.toString('utf8', 4, length)));
  return { kind: 'body', meta, bytes: payload.subarray(length) };
}
