import type { AnyValue, KeyValue, KeyValueList } from '../otlp/model.ts';
import { inOrderOfKeys } from './key-order.ts';

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
  const entries = inOrderOfKeys(map.entries);
  let all = '';
  for (let i = 0; i < entries.length; i++) {
    const { key, value } = entries[i] as KeyValue;
    // The last of equal keys counts.
    if (entries[i + 1]?.key === key) continue;
    const text = jsonText(value);
    if (text === undefined) return undefined;
    all += `${all === '' ? '' : ','}${quoted(key)}:${text}`;
  }
  return `{${all}}`;
}

/** Whether nothing in a text is escaped. Keys are short, and for them a loop is faster than a pattern. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return false;
    if (unit > 0x2027 && (unit < 0x202a || (unit >= 0xd800 && unit < 0xe000))) return false;
  }
  return true;
}

/** Go escapes the two line separators that JSON.stringify leaves alone. */
const quoted = (text: string): string =>
  isPlain(text)
    ? `"${text}"`
    : JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029'));
