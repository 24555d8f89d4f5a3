/** A bare integer long enough to lose digits as a double. Matches inside strings as well, which costs time only. */
const LONG_INTEGER = /[:[,]\s*-?\d{16,}/;

/**
 * Parses JSON without losing the digits of 64-bit integers: where one is written bare (OTLP says as a string, many
 * clients do not), it comes back as a bigint.
 * Throws SyntaxError, or RangeError where such a document is also nested beyond the engine's stack.
 */
export function parseLossless(text: string): unknown {
  return LONG_INTEGER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  return /^-?\d{16,20}$/.test(source) ? BigInt(source) : value;
}
