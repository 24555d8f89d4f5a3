import { type ContentPolicy, canonicalJson, type JsonValue, linearPattern } from '@tollgate/contract';
import { isSecretName, maskSecrets, mayHoldSecret } from './secrets.ts';

export const MASK = '[masked]';

/** Masks canonical JSON text of one content field; gives back the very text where there is nothing to mask. */
export type MaskContent = (root: string, json: string) => string;
/** Masks text that is no content of its own, e.g. a rollback note: secrets and patterns, since it has no fields. */
export type MaskText = (text: string) => string;

export interface Masks {
  readonly content: MaskContent;
  readonly text: MaskText;
}

type MaskPolicy = Pick<ContentPolicy, 'mask_secrets' | 'mask_patterns' | 'mask_fields'>;

/** The masks of a workflow, compiled once. What one cannot mask (a pattern that fails) is not let through: it throws. */
export function masksOf({ mask_secrets, mask_patterns, mask_fields }: MaskPolicy): Masks {
  const patterns = mask_patterns.map((pattern) => linearPattern(pattern));
  const fields = Map.groupBy(
    mask_fields.map((path) => path.split('.')),
    ([root]) => root,
  );
  const text: MaskText = (plain) => {
    const masked = mask_secrets ? maskSecrets(plain, MASK) : plain;
    return patterns.reduce((so, pattern) => pattern.replaceAll(so, MASK), masked);
  };
  return {
    text,
    content: remembering((root, json) => {
      const named = fields.get(root);
      const suspicious = mask_secrets && mayHoldSecret(json);
      if (!suspicious && patterns.length === 0 && named === undefined) return json;
      const value = JSON.parse(json) as JsonValue;
      const paths = (named ?? []).map((path) => path.slice(1));
      return canonicalJson(maskValue(value, paths, { text, byName: mask_secrets }));
    }),
  };
}

/** The arguments of a call are masked for its record and for its note, one after the other. */
function remembering(mask: MaskContent): MaskContent {
  let last = { root: '', json: '', masked: '' };
  return (root, json) => {
    if (last.json !== json || last.root !== root) last = { root, json, masked: mask(root, json) };
    return last.masked;
  };
}

interface How {
  readonly text: MaskText;
  readonly byName: boolean;
}

/** `paths` are those that lead on from here; one that ends here masks the whole value. */
function maskValue(value: JsonValue, paths: readonly (readonly string[])[], how: How): JsonValue {
  if (paths.some((path) => path.length === 0)) return MASK;
  if (typeof value === 'string') return how.text(value);
  // As it is written: a card's number is a number in some tools' arguments.
  if (typeof value === 'number') return how.text(String(value)) === String(value) ? value : MASK;
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string, one: JsonValue) => maskValue(one, onward(paths, key), how);
  if (isList(value)) return value.map((one, index) => inner(String(index), one));
  const masked: [string, JsonValue][] = Object.entries(value).map(([key, one]) => [
    how.text(key),
    how.byName && isSecretName(key) && one !== null ? MASK : inner(key, one),
  ]);
  return Object.fromEntries(masked);
}

function onward(paths: readonly (readonly string[])[], key: string): string[][] {
  return paths.filter(([first]) => first === key || first === '*').map((path) => path.slice(1));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
