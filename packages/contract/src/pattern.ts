import { Matcher, RE2JS } from 're2js';

/** A pattern that is matched in time linear in the text, whatever the text: no text can make it run for ages. */
export interface LinearPattern {
  /** Instructions of the compiled pattern: matching takes at most a time in proportion to this times the text's length. */
  readonly size: number;
  /** Whether the pattern matches all of `text`. */
  readonly matchesAll: (text: string) => boolean;
  /** Whether it matches some part of `text`. */
  readonly matchesPart: (text: string) => boolean;
  /** `text` with `replacement`, taken literally, for each part that matches. */
  readonly replaceAll: (text: string, replacement: string) => string;
}

const MAX_PATTERN = 1000;
/** In instructions. */
const MAX_PROGRAM = 2000;

/**
 * Compiles a pattern: JavaScript's syntax with the `u` flag, without what only backtracking can match (look-around, back
 * references). Matched by RE2's automata, since V8's own engine takes exponential time for some patterns and texts.
 * @throws Error that says in words what is wrong with the pattern.
 */
export function linearPattern(pattern: string): LinearPattern {
  if (pattern.length > MAX_PATTERN) throw new Error(`a pattern has at most ${MAX_PATTERN} characters`);
  new RegExp(pattern, 'u');
  const compiled = RE2JS.compile(`(?:${translate(pattern)})`);
  if (compiled.programSize() > MAX_PROGRAM) throw new Error('its repetitions make it too large');
  return {
    size: compiled.programSize(),
    matchesAll: (text) => compiled.testExact(text),
    matchesPart: (text) => compiled.test(text),
    // The test runs on a DFA, several times as fast as the search for where the matches are.
    replaceAll: (text, replacement) =>
      compiled.test(text) ? compiled.matcher(text).replaceAll(Matcher.quoteReplacement(replacement)) : text,
  };
}

/** What is wrong with a pattern, in words; undefined where nothing is. */
export function patternProblem(pattern: string): string | undefined {
  try {
    linearPattern(pattern);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `not a pattern that can be matched in bounded time: ${why.split('\n')[0]} (look-around and back references cannot)`;
  }
}

const SPACES =
  '\\t\\n\\v\\f\\r\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
/** What lies between those: within a class nothing can be taken out of it. */
const OTHERS =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';
const TOKEN =
  /\\u(?<high>d[89ab][0-9a-f]{2})\\u(?<low>d[c-f][0-9a-f]{2})|\\u\{(?<long>[0-9a-f]+)\}|\\u(?<short>[0-9a-f]{4})|\\[\s\S]|[\s\S]/giu;

/** RE2 reads `\s`, `.` and `\u` otherwise than JavaScript: here they are written out, so that both mean the same. */
function translate(pattern: string): string {
  let inClass = false;
  return pattern.replace(TOKEN, (token: string, ...rest: unknown[]) => {
    const { high, low, long, short } = rest.at(-1) as Record<string, string | undefined>;
    if (high !== undefined && low !== undefined) return `\\x{${pairCode(high, low).toString(16)}}`;
    const code = long ?? short;
    if (code !== undefined) return `\\x{${code}}`;
    const wasInClass = inClass;
    if (token === '[') inClass = true;
    if (token === ']') inClass = false;
    if (token === '\\s') return wasInClass ? SPACES : `[${SPACES}]`;
    if (token === '\\S') return wasInClass ? OTHERS : `[^${SPACES}]`;
    return token === '.' && !wasInClass ? '[^\\n\\r\\x{2028}\\x{2029}]' : token;
  });
}

function pairCode(high: string, low: string): number {
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return (first - 0xd800) * 0x400 + (second - 0xdc00) + 0x10000;
}
