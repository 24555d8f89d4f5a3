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
 * Each property is read once, so that what is checked is what is written.
 * @throws TollgateError `arguments_not_i_json`, naming the path.
 */
export function canonicalJson(value: unknown): string {
  return write(value, undefined, 0);
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
  readonly key: string | number;
}

// RFC 8785 takes numbers and strings as ECMAScript writes them (sections 3.2.2.2 and 3.2.2.3).
function write(value: unknown, place: Place | undefined, depth: number): string {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refuse(place, 'a lone surrogate');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') return writeNumber(value, place);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') throw refuse(place, `a ${typeof value}`);
  if (depth > MAX_DEPTH) throw refuse(place, `nested deeper than ${MAX_DEPTH}`);
  return Array.isArray(value) ? writeArray(value, place, depth) : writeObject(value, place, depth);
}

function writeNumber(value: number, place: Place | undefined): string {
  if (!Number.isFinite(value)) throw refuse(place, String(value));
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refuse(place, 'an integer beyond 2^53, which parsers read differently');
  return String(value);
}

function writeObject(value: object, place: Place | undefined, depth: number): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse(place, 'not a plain object');
  const keys = Reflect.ownKeys(value);
  // Sorting would throw for a symbol, and RFC 8785 orders by UTF-16 code units, as `sort` does.
  if (keys.some((key) => typeof key === 'symbol')) throw refuse(place, 'a symbol as key');
  let text = '';
  for (const key of (keys as string[]).sort()) {
    const here = { outer: place, key };
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !('value' in property) || property.enumerable !== true)
      throw refuse(here, 'not a plain property');
    text += `${text === '' ? '' : ','}${write(key, here, 0)}:${write(property.value, here, depth + 1)}`;
  }
  return `{${text}}`;
}

function writeArray(value: readonly unknown[], place: Place | undefined, depth: number): string {
  if (Reflect.ownKeys(value).length !== value.length + 1)
    throw refuse(place, 'a hole or a property in an array');
  let text = '';
  for (let index = 0; index < value.length; index++) {
    const here = { outer: place, key: index };
    const property = Object.getOwnPropertyDescriptor(value, index);
    if (property === undefined || !('value' in property)) throw refuse(here, 'not a plain item');
    text += `${index === 0 ? '' : ','}${write(property.value, here, depth + 1)}`;
  }
  return `[${text}]`;
}

function refuse(place: Place | undefined, what: string): TollgateError {
  return new TollgateError('arguments_not_i_json', `At ${pathOf(place)}: ${what}.`);
}

function pathOf(place: Place | undefined): string {
  if (place === undefined) return '$';
  const outer = pathOf(place.outer);
  return typeof place.key === 'number' ? `${outer}[${place.key}]` : `${outer}.${place.key}`;
}
