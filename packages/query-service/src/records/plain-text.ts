/** A text that every store keeps as it is: U+FFFD for U+0000, which PostgreSQL has none of, and for a lone surrogate. Pure. */
export const plainText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** A JSON value with U+FFFD for each lone surrogate, in texts and in names: readers refuse JSON that has one. Pure. */
export function wellFormed<T>(value: T): T;
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => wellFormed(each));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}
