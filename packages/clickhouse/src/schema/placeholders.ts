import { METADATA_ATTRIBUTES, MODEL_OPERATIONS } from '@tollgate/contract';
import { DATABASE, userOf } from '../roles.ts';
import {
  ATTRIBUTE_ALIASES,
  EVENT_METADATA,
  OPERATION_WORDS,
  RESOURCE_METADATA_PREFIXES,
  SPAN_KIND_ATTRIBUTE,
} from './attribute-aliases.ts';
import { RECORD_ACTION_CLASS, RECORD_TIME, recordColumns, recordFields, recordValues } from './record-columns.ts';

/** Longest value of a metadata attribute, in bytes; a longer one is content, whatever its name. */
const METADATA_VALUE_LIMIT = 4096;
/** Most tokens that one report may claim; LESSONS.md: money and counts are bounded before they are multiplied. */
const TOKEN_LIMIT = 1_000_000_000;

/** Every `${NAME}` that the SQL files may use, apart from those that depend on the installation. */
export function sqlPlaceholders(): Readonly<Record<string, string>> {
  return {
    DATABASE,
    OWNER: userOf('owner'),
    TABLE_SETTINGS:
      'index_granularity = 1024, non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1',
    RECORD_FIELDS: recordFields(),
    RECORD_COLUMNS: recordColumns(),
    RECORD_VALUES: recordValues(),
    RECORD_TIME,
    RECORD_ACTION_CLASS,
    IS_METADATA: `k IN (${metadataNames()}) AND length(v) <= ${METADATA_VALUE_LIMIT}`,
    IS_RESOURCE_METADATA: `(${resourcePrefixes()}) AND length(v) <= ${METADATA_VALUE_LIMIT}`,
    MODEL_OPERATIONS: literals(MODEL_OPERATIONS),
    OPERATION: operation(),
    USAGE_COUNTS: usageCounts(),
    ATTRIBUTE_PROVIDER: firstOf(ATTRIBUTE_ALIASES.provider),
    ATTRIBUTE_REQUEST_MODEL: firstOf(ATTRIBUTE_ALIASES.requestModel),
    ATTRIBUTE_RESPONSE_MODEL: firstOf(ATTRIBUTE_ALIASES.responseModel),
    ATTRIBUTE_RESPONSE_ID: firstOf(ATTRIBUTE_ALIASES.responseId),
  };
}

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const literals = (texts: readonly string[]): string => texts.map(literal).join(', ');

function metadataNames(): string {
  const names = new Set([
    ...METADATA_ATTRIBUTES,
    ...Object.values(ATTRIBUTE_ALIASES).flat(),
    ...EVENT_METADATA,
    SPAN_KIND_ATTRIBUTE,
  ]);
  return literals([...names].sort());
}

const resourcePrefixes = (): string =>
  RESOURCE_METADATA_PREFIXES.map((prefix) => `startsWith(k, ${literal(prefix)})`).join(' OR ');

/** The first attribute of a list that is present and not empty; an empty string where none is. */
function firstOf(names: readonly string[]): string {
  if (names.length === 1) return `attributes[${literal(names[0] ?? '')}]`;
  return `coalesce(${names.map((name) => `nullIf(attributes[${literal(name)}], '')`).join(', ')}, '')`;
}

function operation(): string {
  const word = `lower(${firstOf([...ATTRIBUTE_ALIASES.operation, SPAN_KIND_ATTRIBUTE])})`;
  const from = literals(Object.keys(OPERATION_WORDS));
  const to = literals(Object.values(OPERATION_WORDS));
  return `transform(${word}, [${from}], [${to}], ${word})`;
}

/**
 * For each kind of token: the text as sent, the count (NULL unless a whole number within the limit), and whether there
 * was a text that is no such count. "1110.0" is a whole number that passed through a float.
 */
function usageCounts(): string {
  const kinds = {
    input: ATTRIBUTE_ALIASES.input,
    output: ATTRIBUTE_ALIASES.output,
    cache_read: ATTRIBUTE_ALIASES.cacheRead,
    cache_creation: ATTRIBUTE_ALIASES.cacheCreation,
    reasoning: ATTRIBUTE_ALIASES.reasoning,
  };
  const lines = Object.entries(kinds).flatMap(([kind, names]) => [
    `${firstOf(names)} AS ${kind}_text`,
    `toUInt64OrNull(extract(${kind}_text, '^([0-9]{1,19})(?:[.]0+)?$')) AS ${kind}_number`,
    `if(${kind}_number <= ${TOKEN_LIMIT}, ${kind}_number, NULL) AS ${kind}_count`,
    `${kind}_text != '' AND ${kind}_count IS NULL AS ${kind}_bad`,
  ]);
  const anyUsage = ['input', 'output'].map((kind) => `${kind}_text != ''`).join(' OR ');
  return [...lines, `(${anyUsage}) AS any_usage`].join(',\n    ');
}
