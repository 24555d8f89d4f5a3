import { ATTRIBUTE_SOURCES, type AttributeSource, type ReportColumn } from '@tollgate/contract';
import { attribute, firstThat, quote } from './sql.ts';

/** SQL for what a span sends for a column, as text: the first source that is there and not empty, else ''. */
export function textOf(column: ReportColumn): string {
  const sources = ATTRIBUTE_SOURCES[column].map(sentIn);
  return firstThat(
    sources.map((value) => [`${value} != ''`, value] as const),
    "''",
  );
}

function sentIn(source: AttributeSource): string {
  return source.path === undefined ? attribute(source.attribute) : jsonValue(source);
}

/** A value inside JSON is taken as it is written there, without the quotes of a string; a null is none. No JSON makes these throw. */
export function jsonValue({ attribute: name, path = [] }: AttributeSource): string {
  const keys = path.map(quote).join(', ');
  return `replaceRegexpOne(JSONExtractRaw(${attribute(name)}, ${keys}), '^(?:null|"(.*)")$', '\\\\1')`;
}

/** SQL for whether a span sends anything for one of these columns, in an attribute of its own. */
export function sendsAnyOf(columns: readonly ReportColumn[]): string {
  const names = columns
    .flatMap((column) => ATTRIBUTE_SOURCES[column])
    .filter(({ path }) => path === undefined);
  return `(${names.map((source) => `${attribute(source.attribute)} != ''`).join(' OR ')})`;
}
