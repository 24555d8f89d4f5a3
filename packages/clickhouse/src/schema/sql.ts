/** A list for IN. An empty one would not be SQL, so it holds what no attribute is. */
export function list(words: readonly string[]): string {
  return `(${[...new Set(words)].map(quote).join(', ')})`;
}

/** A SQL string. What comes here is from this repository, never from a request; it is quoted all the same. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The value of one attribute of a parsed span, '' where it has none. */
export const attribute = (name: string): string => `attributes[${quote(name)}]`;

/** Conditions joined; nothing is asked where there are none. */
export function all(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

export function any(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`;
}

/** The value of the first condition that holds, else `otherwise`. */
export function firstThat(
  cases: readonly (readonly [when: string, then: string])[],
  otherwise: string,
): string {
  if (cases.length === 0) return otherwise;
  return `multiIf(${cases.flat().join(', ')}, ${otherwise})`;
}
