/**
 * Puts line breaks and indents between the tokens of a JSON text and changes no token: an approver sees the very
 * digits and escapes that will be executed, not what a parser made of them. A text that is no JSON comes back as it is.
 */
export function indentJson(text: string): string {
  if (!isJson(text)) return text;
  const out: string[] = [];
  let depth = 0;
  let before = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (CLOSES.has(token)) depth -= 1;
    const empty = OPENS.has(before) && CLOSES.has(token);
    if (!empty && (OPENS.has(before) || before === ',' || CLOSES.has(token))) out.push(lineBreak(depth));
    out.push(token === ':' ? ': ' : token);
    if (OPENS.has(token)) depth += 1;
    before = token;
  }
  return out.join('');
}

/** A string, a mark, or a run of anything else (numbers and words). */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const OPENS = new Set(['{', '[']);
const CLOSES = new Set(['}', ']']);

/** Deep nesting stops moving right, so that hostile input cannot make a page of spaces. */
const lineBreak = (depth: number): string => `\n${'  '.repeat(Math.min(depth, 40))}`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
