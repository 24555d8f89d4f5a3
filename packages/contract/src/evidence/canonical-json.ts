import canonicalize from 'canonicalize';
import { TollgateError } from '../errors.ts';

/** JSON as I-JSON (RFC 7493) allows it, in memory. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

const MAX_DEPTH = 64;

/**
 * RFC 8785 canonical JSON of an I-JSON value: the one text that is hashed, approved and executed.
 * Refuses what two parsers could read differently or JSON would silently change: undefined, NaN and infinities, integers
 * beyond 2^53, lone surrogates, class instances (Date, Map …), bigint, symbols, getters and cycles.
 * @throws TollgateError `arguments_not_i_json`, naming the path.
 */
export function canonicalJson(value: unknown): string {
  assertIJson(value, '$', 0);
  const text = canonicalize(value);
  if (text === undefined) throw refuse('$', 'nothing to write');
  return text;
}

/** The value of canonical JSON text, which is what a tool receives. @throws TollgateError where the text is not canonical. */
export function parseCanonicalJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new TollgateError('arguments_not_i_json', 'The text is not JSON.', { cause });
  }
  if (canonicalJson(value) !== text) throw refuse('$', 'the text is not in canonical form');
  return value;
}

function assertIJson(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw refuse(path, `nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') assertText(value, path);
  else if (typeof value === 'number') assertNumber(value, path);
  else if (Array.isArray(value)) assertArray(value, path, depth);
  else if (typeof value === 'object') assertObject(value, path, depth);
  else throw refuse(path, `a ${typeof value}`);
}

function assertObject(value: object, path: string, depth: number): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse(path, 'not a plain object');
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw refuse(path, 'a symbol as key');
    assertText(key, path);
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !('value' in property) || !property.enumerable)
      throw refuse(`${path}.${key}`, 'not a plain property');
    assertIJson(property.value, `${path}.${key}`, depth + 1);
  }
}

function assertArray(value: readonly unknown[], path: string, depth: number): void {
  for (let index = 0; index < value.length; index++) {
    if (!Object.hasOwn(value, index)) throw refuse(`${path}[${index}]`, 'a hole in an array');
    assertIJson(value[index], `${path}[${index}]`, depth + 1);
  }
  if (Object.keys(value).length !== value.length) throw refuse(path, 'an array with properties');
}

function assertText(value: string, path: string): void {
  if (!value.isWellFormed()) throw refuse(path, 'a lone surrogate');
}

function assertNumber(value: number, path: string): void {
  if (!Number.isFinite(value)) throw refuse(path, String(value));
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refuse(path, 'an integer beyond 2^53, which parsers read differently');
}

function refuse(path: string, what: string): TollgateError {
  return new TollgateError('arguments_not_i_json', `At ${path}: ${what}.`);
}
