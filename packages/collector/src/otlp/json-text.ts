import type { MessageMeter } from './message-meter.ts';

/**
 * Parses JSON, counting its objects and arrays beforehand, and without losing the digits of 64-bit integers: OTLP says
 * to write them as strings, many clients write them bare, and so they are quoted first. (A reviver would see their
 * text too, but recurses, and overflows on a body that is nested deeply.) Throws SyntaxError and BodyTooLarge.
 */
export function parseLossless(text: string, meter: MessageMeter): unknown {
  const token = /["[{]|(?<![\d.eE+-])-?\d{16,20}(?![\d.eE])/g;
  let quoted = '';
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const found = match[0];
    if (found === '"') token.lastIndex = endOfString(text, match.index + 1);
    else if (found === '{' || found === '[') meter.add();
    else {
      quoted += `${text.slice(from, match.index)}"${found}"`;
      from = token.lastIndex;
    }
  }
  return JSON.parse(from === 0 ? text : quoted + text.slice(from));
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
