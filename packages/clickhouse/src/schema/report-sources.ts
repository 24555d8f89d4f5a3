import {
  ATTRIBUTE_SOURCES,
  MODEL_CALL_MARKERS,
  REPEATING_NAMES,
  REPORT_COLUMNS,
  type ReportColumn,
} from '@tollgate/contract';
import { jsonValue } from './attribute-text.ts';
import { says } from './model-call.ts';
import { all, attribute, firstThat, list, quote } from './sql.ts';

/**
 * Where reports are read from, numbered from 1, in the order of columns and then of preference: of a column's numbers, the
 * least that a span has is the one to take.
 */
const SOURCES = REPORT_COLUMNS.flatMap((column) =>
  ATTRIBUTE_SOURCES[column].map((source) => ({ ...source, column })),
).map((source, index) => ({ ...source, number: index + 1 }));
type Numbered = (typeof SOURCES)[number];

/** No source's number. */
const NONE = 255;

const NAMED = SOURCES.filter(({ path }) => path === undefined);
const IN_JSON = SOURCES.filter(({ path }) => path !== undefined);
const USAGE: readonly ReportColumn[] = ['input_tokens', 'output_tokens'];
const [JSON_ATTRIBUTE = '', ...otherJson] = new Set(IN_JSON.map(({ attribute: name }) => name));

if (
  SOURCES.length >= NONE ||
  new Set(NAMED.map(({ attribute: name }) => name)).size !== NAMED.length ||
  otherJson.length > 0
)
  throw new RangeError(
    'sources of reports: more than 254, one of two columns, or JSON in more than one attribute',
  );

/** SQL for whether a span has any attribute that a model call has: cheap, and false for most spans. */
export const MAY_BE_MODEL_CALL = `arrayExists(k -> k IN ${list([
  ...MODEL_CALL_MARKERS.map(({ attribute: name }) => name),
  ...NAMED.filter(({ column }) => USAGE.includes(column)).map((source) => source.attribute),
])}, mapKeys(attributes))`;

const texts = (sources: readonly Numbered[]) =>
  `[${sources.map((source) => quote(source.attribute)).join(', ')}]`;
const numbers = (sources: readonly Numbered[]) => `[${sources.map(({ number }) => number).join(', ')}]`;
const JSON_TEXTS = `[${IN_JSON.map(jsonValue).join(', ')}]`;
/** Of most spans nothing is asked here. */
const withJson = (array: string) => `if(${attribute(JSON_ATTRIBUTE)} = '', [], ${array})`;
const unlessEmpty = (number: string, text: string) => `toUInt8(${number} * (${text} != ''))`;

/** SQL for what a span sends, its attributes' values and those in JSON, and for their numbers in the same order: 0 for others and empty ones. */
export const SOURCE_TEXTS = `arrayConcat(mapValues(attributes), ${withJson(JSON_TEXTS)})`;
export const SOURCE_NUMBERS = `arrayConcat(
    arrayMap((k, v) -> ${unlessEmpty(`transform(k, ${texts(NAMED)}, ${numbers(NAMED)}, 0)`, 'v')}, mapKeys(attributes), mapValues(attributes)),
    ${withJson(`arrayMap((n, t) -> ${unlessEmpty('n', 't')}, ${numbers(IN_JSON)}, ${JSON_TEXTS})`)})`;

/** SQL for what a numbered span sends for each column, as text, named `{column}_text`: the first that is there and not empty, else ''. */
export function sentTexts(): string {
  return REPORT_COLUMNS.map((column) => `${sentText(column)} AS ${column}_text`).join(',\n  ');
}

function sentText(column: ReportColumn): string {
  return `texts[indexOf(numbers, arrayMin(arrayMap(n -> if(${isOf(column)}, n, ${NONE}), numbers)))]`;
}

/** Numbers of one column follow one another. */
function isOf(column: ReportColumn): string {
  const own = SOURCES.filter((source) => source.column === column).map(({ number }) => number);
  return `n BETWEEN ${own.at(0)} AND ${own.at(-1)}`;
}

/** SQL for whether a numbered span is marked as one call to a model, or has usage and no marker. */
export function isCallByMarkers(): string {
  const hasUsage = `arrayExists(n -> ${USAGE.map(isOf).join(' OR ')}, numbers)`;
  const marked = MODEL_CALL_MARKERS.map(
    (marker) => [`${attribute(marker.attribute)} != ''`, says(marker, hasUsage)] as const,
  );
  return firstThat(marked, all([hasUsage, `NOT match(name, ${quote(REPEATING_NAMES)})`]));
}
