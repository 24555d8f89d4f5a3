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
const MAX_LOOKED_AT = 32;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * RFC 8785 canonical JSON of an I-JSON value: the one text that is hashed, approved and executed.
 * Refuses what two parsers could read differently or JSON would silently change: undefined, NaN and infinities, integers
 * beyond 2^53, lone surrogates, class instances (Date, Map …), bigint, symbols, getters and cycles.
 * Each property is read once, so that what is checked is what is written.
 * @throws TollgateError `arguments_not_i_json`, naming the path.
 */
export function canonicalJson(value: unknown): string {
  return write(value, undefined, undefined, 0);
}

/** The value of canonical JSON text, which is what a tool receives. @throws TollgateError where the text is not canonical. */
export function parseCanonicalJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new TollgateError('arguments_not_i_json', 'The text is not JSON.', { cause });
  }
  if (canonicalJson(value) !== text)
    throw new TollgateError('arguments_not_i_json', 'At $: the text is not in canonical form.');
  return value;
}

/** Where in the value the writer is; only an error spells it out. */
interface Place {
  readonly outer: Place | undefined;
  readonly key: Key;
}

/** Of a property or an item; undefined for the whole value. */
type Key = string | number | undefined;

// RFC 8785 takes numbers and strings as ECMAScript writes them (sections 3.2.2.2 and 3.2.2.3).
function write(value: unknown, outer: Place | undefined, key: Key, depth: number): string {
  if (typeof value === 'string') return writeString(value, outer, key);
  if (typeof value === 'number') return writeNumber(value, outer, key);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') throw refuse(outer, key, `a ${typeof value}`);
  if (depth > MAX_DEPTH) throw refuse(outer, key, `nested deeper than ${MAX_DEPTH}`);
  const place = { outer, key };
  return Array.isArray(value) ? writeArray(value, place, depth) : writeObject(value, place, depth);
}

function writeString(value: string, outer: Place | undefined, key: Key): string {
  if (value.length <= MAX_LOOKED_AT && needsNoEscape(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw refuse(outer, key, 'a lone surrogate');
  return JSON.stringify(value);
}

/** Printable ASCII without quotation mark and backslash: most keys and many values, sooner looked at than handed over. */
function needsNoEscape(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false;
  }
  return true;
}

function writeNumber(value: number, outer: Place | undefined, key: Key): string {
  if (!Number.isFinite(value)) throw refuse(outer, key, String(value));
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refuse(outer, key, 'an integer beyond 2^53, which parsers read differently');
  return String(value);
}

function writeObject(value: object, place: Place, depth: number): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw refuse(place.outer, place.key, 'not a plain object');
  let text = '';
  for (const key of sortedKeys(value, place)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !('value' in property) || property.enumerable !== true)
      throw refuse(place, key, 'not a plain property');
    text += `${text === '' ? '' : ','}${writeString(key, place, key)}:${write(property.value, place, key, depth + 1)}`;
  }
  return `{${text}}`;
}

/** RFC 8785 orders by UTF-16 code units, as `>` and `sort` do. Most objects are small, and in order already. */
function sortedKeys(value: object, place: Place): readonly string[] {
  const names: string[] = [];
  let isSorted = true;
  for (const key of Reflect.ownKeys(value)) {
    // A proxy may say them in any order.
    if (typeof key === 'symbol') throw refuse(place.outer, place.key, 'a symbol as key');
    isSorted &&= names.length === 0 || (names[names.length - 1] as string) < key;
    names.push(key);
  }
  return isSorted ? names : names.sort();
}

function writeArray(value: readonly unknown[], place: Place, depth: number): string {
  if (Reflect.ownKeys(value).length !== value.length + 1)
    throw refuse(place.outer, place.key, 'a hole or a property in an array');
  let text = '';
  for (let index = 0; index < value.length; index++) {
    const property = Object.getOwnPropertyDescriptor(value, index);
    if (property === undefined || !('value' in property)) throw refuse(place, index, 'not a plain item');
    text += `${index === 0 ? '' : ','}${write(property.value, place, index, depth + 1)}`;
  }
  return `[${text}]`;
}

function refuse(outer: Place | undefined, key: Key, what: string): TollgateError {
  return new TollgateError('arguments_not_i_json', `At ${pathOf(outer, key)}: ${what}.`);
}

function pathOf(outer: Place | undefined, key: Key): string {
  if (key === undefined) return '$';
  const path = pathOf(outer?.outer, outer?.key);
  return typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`;
}
