import type { MessageMeter } from './message-meter.ts';

/**
 * Parses JSON, counting its objects, arrays and fields beforehand, and without losing the digits of 64-bit integers: OTLP says
 * to write them as strings, many clients write them bare, and so they are quoted first. (A reviver would see their
 * text too, but recurses, and overflows on a body that is nested deeply.) Throws SyntaxError and BodyTooLarge.
 */
export function parseLossless(text: string, meter: MessageMeter): unknown {
  let quoted = '';
  let from = 0;
  let fields = 0;
  for (let at = 0; at < text.length; ) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at + 1);
    else if (char === MINUS || isDigit(char)) {
      const start = at;
      at = endOfNumber(text, at);
      if (isLongInteger(text, start, at)) {
        quoted += `${text.slice(from, start)}"${text.slice(start, at)}"`;
        from = at;
      }
    } else {
      if (char === BRACE || char === BRACKET) meter.add();
      else if (char === COLON) fields++;
      at++;
    }
  }
  meter.addFields(fields);
  return JSON.parse(from === 0 ? text : quoted + text.slice(from));
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;

const isDigit = (char: number): boolean => char >= 0x30 && char <= 0x39;

/** Of what a number may consist: digits, and the characters in `+-.eE`. */
function isOfNumber(char: number): boolean {
  return isDigit(char) || char === 0x2b || char === MINUS || char === 0x2e || (char | 0x20) === 0x65;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && isOfNumber(text.charCodeAt(at))) at++;
  return at;
}

/** Whether it has as many digits as a double may lose, and no more than 64 bits can have. */
function isLongInteger(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
  if (end - first < 16 || end - first > 20) return false;
  for (let i = first; i < end; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return true;
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
