/** Content is stored as JSON. A text comes out of its quotes; anything else stays what it is. */
export function plainText(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : value;
  } catch {
    return value;
  }
}
