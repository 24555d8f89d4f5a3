import { patternProblem } from '../pattern.ts';
import { closest } from './closest.ts';

/** What stands behind a keyword: other schemas, or a plain value of one kind. */
type Kind =
  | 'schema'
  | 'schema list'
  | 'schema map'
  | 'text'
  | 'count'
  | 'number'
  | 'yes or no'
  | 'anything'
  | 'list of anything'
  | 'list of texts'
  | 'map of lists of texts'
  | 'type'
  | 'pattern'
  | 'format'
  | 'reference';

/** The keywords of JSON Schema 2020-12 that a constraint may use. A keyword that is not listed is refused, never ignored. */
export const SCHEMA_KEYWORDS = {
  $schema: 'text',
  $comment: 'text',
  $defs: 'schema map',
  $ref: 'reference',
  title: 'text',
  description: 'text',
  default: 'anything',
  examples: 'list of anything',
  type: 'type',
  const: 'anything',
  enum: 'list of anything',
  allOf: 'schema list',
  anyOf: 'schema list',
  oneOf: 'schema list',
  not: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: the name of a keyword, never awaited
  then: 'schema',
  else: 'schema',
  properties: 'schema map',
  required: 'list of texts',
  additionalProperties: 'schema',
  propertyNames: 'schema',
  minProperties: 'count',
  maxProperties: 'count',
  dependentRequired: 'map of lists of texts',
  dependentSchemas: 'schema map',
  prefixItems: 'schema list',
  items: 'schema',
  contains: 'schema',
  minContains: 'count',
  maxContains: 'count',
  minItems: 'count',
  maxItems: 'count',
  uniqueItems: 'yes or no',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'number',
  minLength: 'count',
  maxLength: 'count',
  pattern: 'pattern',
  format: 'format',
} as const satisfies Record<string, Kind>;

export const SCHEMA_TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
/** The formats that are checked, each with an expression that takes linear time. */
export const SCHEMA_FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
];

/** The kind of a keyword, or undefined for a word that is none. */
export function keywordKind(keyword: string): Kind | undefined {
  return Object.hasOwn(SCHEMA_KEYWORDS, keyword)
    ? SCHEMA_KEYWORDS[keyword as keyof typeof SCHEMA_KEYWORDS]
    : undefined;
}

/** What is wrong with the value of a keyword that holds no schema; undefined where nothing is. */
export function valueProblem(keyword: string, kind: Kind, value: unknown): string | undefined {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? undefined : 'write a text';
    case 'count':
      return Number.isSafeInteger(value) && Number(value) >= 0
        ? undefined
        : 'write a whole number, 0 or more';
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'write a number';
      return keyword === 'multipleOf' && value <= 0 ? 'write a number above 0' : undefined;
    case 'yes or no':
      return typeof value === 'boolean' ? undefined : 'write true or false';
    case 'list of anything':
      return Array.isArray(value) && value.length > 0 ? undefined : 'write a list with at least one value';
    case 'list of texts':
      return isTexts(value) ? undefined : 'write a list of texts';
    case 'map of lists of texts':
      return isMap(value) && Object.values(value).every(isTexts)
        ? undefined
        : 'write a list of texts for each name';
    case 'type':
      return typeProblem(value);
    case 'pattern':
      return typeof value === 'string' ? patternProblem(value) : 'write a pattern';
    case 'format':
      return wordProblem(value, SCHEMA_FORMATS);
    case 'reference':
      return typeof value === 'string' && /^#\/\$defs\/[A-Za-z0-9_-]+$/.test(value)
        ? undefined
        : 'write a reference such as #/$defs/address; other documents are not read';
    default:
      return undefined;
  }
}

/** The unknown keyword, and the one that may be meant. */
export function unknownKeyword(keyword: string): string {
  return `unknown keyword "${keyword}"${hint(keyword, Object.keys(SCHEMA_KEYWORDS))}`;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return wordProblem(value, SCHEMA_TYPES);
  if (value.length === 0) return 'write at least one type';
  return value.map((each) => wordProblem(each, SCHEMA_TYPES)).find((problem) => problem !== undefined);
}

function wordProblem(value: unknown, words: readonly string[]): string | undefined {
  if (typeof value === 'string' && words.includes(value)) return undefined;
  return `${JSON.stringify(value)} is not one of ${words.join(', ')}${hint(String(value), words)}`;
}

function hint(word: string, words: readonly string[]): string {
  const near = closest(word, words);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
