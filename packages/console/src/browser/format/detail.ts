import { ERRORS } from '@tollgate/contract';
import { controlText, limitText } from './names.ts';

/** A small fact of a record as a page shows it: in words, as a time, as an amount, or as the value that came. */
export type Shape =
  | { readonly as: 'text'; readonly text: string }
  | { readonly as: 'time'; readonly iso: string }
  | { readonly as: 'usd'; readonly amount: string }
  | { readonly as: 'value'; readonly value: unknown };

/** Keys whose values are words of a closed list, and how each is said. */
const IN_WORDS: Readonly<Record<string, (word: string) => string>> = {
  code: errorText,
  control: controlText,
  limit: limitText,
  field: conditionText,
  reason: conditionText,
  asked_for: (word) => (word === 'break_glass' ? 'to break glass' : spaced(word)),
  ...Object.fromEntries(
    ['state', 'was', 'event', 'severity', 'decision', 'verdict', 'why', 'origin'].map((key) => [key, spaced]),
  ),
};

/** Pure. What a record's detail says under `key`. */
export function shapeOf(key: string, value: unknown): Shape {
  if (typeof value === 'boolean') return { as: 'text', text: value ? 'yes' : 'no' };
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
    return { as: 'text', text: value.join(', ') };
  if (typeof value !== 'string') return { as: 'value', value };
  if (key.endsWith('_at')) return { as: 'time', iso: isoOf(value) };
  if (key.endsWith('_usd') && /^-?\d+(\.\d+)?$/.test(value)) return { as: 'usd', amount: value };
  const inWords = Object.hasOwn(IN_WORDS, key) ? IN_WORDS[key] : undefined;
  return inWords === undefined ? { as: 'value', value } : { as: 'text', text: inWords(value) };
}

const CONDITIONS = {
  'stops_when.denials': 'stop condition on denied calls',
  'stops_when.errors': 'stop condition on failed calls',
  'stops_when.spend_usd': 'stop condition on spend',
} as const;

/** A stop condition of the workflow file in words, whether it stands alone or begins a reason. Any other text as it came. */
export function conditionText(text: string): string {
  for (const [field, words] of Object.entries(CONDITIONS))
    if (text === field || text.startsWith(`${field}: `)) return words + text.slice(field.length);
  return text;
}

/** What an error code of the catalogue means. */
export function errorText(code: string): string {
  const errors: Readonly<Record<string, { readonly message: string }>> = ERRORS;
  return Object.hasOwn(errors, code) ? (errors[code]?.message ?? code) : spaced(code);
}

/** Records hold times as nanoseconds since 1970, or as ISO text. */
function isoOf(text: string): string {
  if (!/^\d{1,19}$/.test(text)) return text;
  const nanos = BigInt(text);
  const whole = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}

function spaced(word: string): string {
  return word.replaceAll('_', ' ');
}
