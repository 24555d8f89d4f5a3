import { malformed } from './defect.ts';

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The protobuf names of those fields whose OTLP/JSON name differs. */
const PROTOBUF_NAMES: { readonly [name: string]: string } = Object.fromEntries(
  [
    'resourceSpans',
    'scopeSpans',
    'instrumentationLibrarySpans',
    'traceId',
    'spanId',
    'parentSpanId',
    'traceState',
    'startTimeUnixNano',
    'endTimeUnixNano',
    'timeUnixNano',
  ].map((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]),
);

/**
 * A field by its OTLP/JSON name or its protobuf name; absent and null are the same. The object comes from JSON.parse, and no
 * field is called like anything that its prototype has.
 */
export function fieldOf(object: JsonObject, name: string): unknown {
  const value = object[name];
  if (value !== undefined && value !== null) return value;
  const other = PROTOBUF_NAMES[name];
  return other === undefined ? undefined : (object[other] ?? undefined);
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw malformed(`${what} is not an object`);
  return value;
}

const NONE: readonly unknown[] = [];

export function arrayField(object: JsonObject, name: string): readonly unknown[] {
  const value = fieldOf(object, name);
  if (value === undefined) return NONE;
  if (!Array.isArray(value)) throw malformed(`${name} is not an array`);
  return value;
}

/** Lone surrogates become U+FFFD, as in the OpenTelemetry Collector. */
export function stringField(object: JsonObject, name: string): string {
  const value = fieldOf(object, name) ?? '';
  if (typeof value !== 'string') throw malformed(`${name} is not a string`);
  return value.toWellFormed();
}

/** An id: hex of any case becomes lower case; anything else is kept, for the row's reader to judge. */
export function idField(object: JsonObject, name: string): string {
  const id = stringField(object, name);
  if (id === '') return id;
  return /^[0-9a-fA-F]*$/.test(id) ? id.toLowerCase() : id;
}

export function enumField(object: JsonObject, name: string, names: readonly string[]): number {
  const value = fieldOf(object, name) ?? 0;
  if (typeof value === 'string' && names.includes(value)) return names.indexOf(value);
  if (typeof value !== 'number' || !Number.isInteger(value)) throw malformed(`${name} is not an enum value`);
  return value;
}

export function uint64Field(object: JsonObject, name: string): bigint {
  const value = fieldOf(object, name);
  return value === undefined ? 0n : integer(value, name, 0n, 2n ** 64n - 1n);
}

export const int64 = (value: unknown, what: string): bigint =>
  integer(value, what, -(2n ** 63n), 2n ** 63n - 1n);

/** Accepts a number and a decimal string. */
function integer(value: unknown, what: string, min: bigint, max: bigint): bigint {
  const number = asBigInt(value);
  if (number === undefined || number < min || number > max)
    throw malformed(`${what} is not an integer of 64 bits`);
  return number;
}

function asBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

const SPECIAL_DOUBLES: { readonly [text: string]: number } = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export function double(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (Object.hasOwn(SPECIAL_DOUBLES, value)) return SPECIAL_DOUBLES[value] ?? Number.NaN;
    if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value)) return Number(value);
  }
  throw malformed(`${what} is not a number`);
}

export function bytes(value: unknown, what: string): Uint8Array {
  if (typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value))
    return Buffer.from(value, 'base64');
  throw malformed(`${what} is not base64`);
}
