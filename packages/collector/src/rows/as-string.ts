import type { AnyValue, KeyValueList } from '../otlp/model.ts';

/**
 * Renders an attribute value exactly as the OpenTelemetry Collector's `clickhouseexporter` does, so that a span has
 * the same row whichever collector took it. Source: `Value.AsString` of go.opentelemetry.io/collector/pdata v1.67.0
 * (which Go's encoding/json finishes: sorted keys, the last of equal keys, no HTML escapes).
 */
export function asString(value: AnyValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (value instanceof Uint8Array) return base64(value);
  // Go's encoder refuses a NaN or an infinity inside a map or an array, and pdata then stores the empty string.
  return jsonText(value) ?? '';
}

/** Go and ECMAScript print doubles alike but for negative zero. */
const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

function jsonText(value: AnyValue): string | undefined {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : undefined;
  if (value instanceof Uint8Array) return value.length === 0 ? EMPTY_BYTES : `"${base64(value)}"`;
  return Array.isArray(value) ? arrayText(value) : mapText(value);
}

/** A Go slice of no bytes from pdata is nil, and nil encodes as null. */
const EMPTY_BYTES = 'null';

function arrayText(values: readonly AnyValue[]): string | undefined {
  const parts: string[] = [];
  for (const value of values) {
    const text = jsonText(value);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  return `[${parts.join(',')}]`;
}

function mapText(map: KeyValueList): string | undefined {
  const last = new Map<string, AnyValue>();
  for (const { key, value } of map.entries) last.set(key, value);
  const parts: string[] = [];
  for (const key of sortedUtf8([...last.keys()])) {
    const text = jsonText(last.get(key));
    if (text === undefined) return undefined;
    parts.push(`${quoted(key)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

/** Whether a text is ASCII and nothing in it is escaped. Keys are short, and for them a loop is faster than a pattern. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

/** Go escapes the two line separators that JSON.stringify leaves alone. */
const quoted = (text: string): string =>
  isPlain(text)
    ? `"${text}"`
    : JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029'));

/** Of ASCII, UTF-16 order is UTF-8 order, and the engine's own sorting is fastest. */
function sortedUtf8(keys: string[]): string[] {
  if (keys.length < 2) return keys;
  return keys.every(isPlain) ? keys.sort() : keys.sort(compareUtf8);
}

/** Orders strings as their UTF-8 bytes do: UTF-16 order differs where surrogates meet U+E000 to U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return fixUp(x) - fixUp(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above the rest of the basic plane, where their code points are. */
const fixUp = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
