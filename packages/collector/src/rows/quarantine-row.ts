import type { UndecodedSpan } from '../otlp/model.ts';

/** A span that no landing row can stand for, with why. */
export interface QuarantineRow {
  readonly reason: string;
  /** What exactly was wrong. */
  readonly message: string;
  readonly principal: string;
  /** As sent, for people to read; empty where the span could not be read that far. */
  readonly traceId: string;
  readonly spanId: string;
  /** JSON, at most the configured number of bytes. */
  readonly raw: string;
}

/** JSON text within `maxBytes`; what is longer is cut, and says how long it was. */
export function boundedJson(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  // Half: quoting JSON inside JSON escapes its quotes.
  let keep = Math.floor(maxBytes / 2);
  for (;;) {
    const cut = JSON.stringify({ truncated: true, bytes, head: head(text, keep) });
    if (Buffer.byteLength(cut) <= maxBytes || keep === 0) return cut;
    keep = Math.floor(keep / 2);
  }
}

const head = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** What came of a span that has no model: its protobuf bytes in base64, or its JSON. */
export function rawJson(raw: UndecodedSpan['raw'], maxBytes: number): string {
  if (raw instanceof Uint8Array) return protobufJson(raw, maxBytes);
  return boundedJson(jsonText(raw.json), maxBytes);
}

function protobufJson(bytes: Uint8Array, maxBytes: number): string {
  const room = Math.max(0, Math.floor((maxBytes - 64) / 4) * 3);
  const kept = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, room));
  const truncated = kept.length < bytes.length ? { truncated: true, bytes: bytes.length } : {};
  return JSON.stringify({ ...truncated, protobuf: kept.toString('base64') });
}

const jsonText = (value: unknown): string =>
  JSON.stringify(isDeeper(value, MAX_DEPTH) ? pruned(value, MAX_DEPTH) : value) ?? 'null';

/** Of what is nested deeper than any good span, printing takes the square of its depth. */
const MAX_DEPTH = 400;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function pruned(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return 'nested too deeply to be kept';
  if (Array.isArray(value)) return value.map((member) => pruned(member, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, pruned(member, levels - 1)]),
  );
}
