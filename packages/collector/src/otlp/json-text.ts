/** A bare integer long enough to lose digits as a double. Matches inside strings as well, which costs time only. */
const LONG_INTEGER = /[:[,]\s*-?\d{16}/;

/**
 * Parses JSON without losing the digits of 64-bit integers: OTLP says to write them as strings, many clients write
 * them bare, and so they are quoted first. (A reviver would see their text too, but recurses, and overflows on a body
 * that is nested deeply.) Throws SyntaxError.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(LONG_INTEGER.test(text) ? quoteLongIntegers(text) : text);
}

function quoteLongIntegers(text: string): string {
  const token = /"|(?<![\d.eE+-])-?\d{16,20}(?![\d.eE])/g;
  let quoted = '';
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = endOfString(text, match.index + 1);
      continue;
    }
    quoted += `${text.slice(from, match.index)}"${match[0]}"`;
    from = token.lastIndex;
  }
  return quoted + text.slice(from);
}

/** The index after the quote that ends the string whose content begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text.charCodeAt(quote - 1 - escapes) === BACKSLASH && quote - escapes > start) escapes++;
    if (escapes % 2 === 0) return quote + 1;
  }
  return text.length;
}

const BACKSLASH = 0x5c;
