/** One field of a record's content, and what was done to it before it left the agent's process. */
export interface ContentField {
  readonly name: string;
  /** Undefined where none came: it was withheld. */
  readonly value: unknown;
  /** `masked`, `cut` or `withheld`; null where it is as it was. */
  readonly redaction: string | null;
  /** Length of the whole, where only its start is here. */
  readonly characters: number | null;
}

/** The fields of a span's content, with those that were withheld, in a fixed order. Pure. */
export function contentFields(content: Readonly<Record<string, unknown>>): readonly ContentField[] {
  const { redacted, ...values } = content;
  const done = redactions(redacted);
  // What does not read as a note on the content is content like any other: nothing that came is kept from sight.
  const shown = done === undefined && redacted !== undefined ? content : values;
  const names = new Set([...Object.keys(shown), ...Object.keys(done ?? {})]);
  return [...names].sort(byOrder).map((name) => fieldOf(name, own(shown, name), own(done ?? {}, name)));
}

function fieldOf(name: string, value: unknown, redaction: unknown): ContentField {
  const done = typeof redaction === 'string' ? redaction : null;
  const start = done === 'cut' ? startOf(value) : undefined;
  return start === undefined
    ? { name, value, redaction: done, characters: null }
    : { name, value: start.start, redaction: done, characters: start.characters };
}

const ORDER = ['input', 'arguments', 'result', 'output'];
const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const byOrder = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : 1);

const own = (values: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(values, name) ? values[name] : undefined;

function redactions(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return pairs.length === Object.keys(value).length ? Object.fromEntries(pairs) : undefined;
}

/** What stands in the place of content that was too long. */
function startOf(value: unknown): { readonly start: string; readonly characters: number } | undefined {
  if (!isObject(value) || value['tollgate_truncated'] !== true) return undefined;
  const { start, characters } = value;
  return typeof start === 'string' && typeof characters === 'number' ? { start, characters } : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
