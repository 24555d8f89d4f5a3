/** The same value with every lone surrogate replaced, so that a hostile name cannot keep its own refusal off the record. */
export function wellFormed<T>(value: T): T {
  return mend(value) as T;
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : [[key.toWellFormed(), mend(inner)]],
  );
  return Object.fromEntries(entries);
}
