/** Text of this repository as an SQL string. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The element of a list by a number in SQL, counted from 0. */
export const pick = (values: readonly string[], index: string): string =>
  `[${values.map(quoted).join(', ')}][1 + (${index}) % ${values.length}]`;
