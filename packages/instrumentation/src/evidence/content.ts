import {
  type ActionClass,
  CONTENT,
  type ContentCapture,
  type ContentPolicy,
  canonicalJson,
  newNonce,
  saltedDigest,
} from '@tollgate/contract';
import type { MaskContent } from '../redaction/mask.ts';

/** The fields of a record that are content, by the names of their digests. */
export type ContentField = 'input' | 'output' | 'arguments' | 'result';
/** In canonical order. */
const FIELDS: readonly ContentField[] = ['arguments', 'input', 'output', 'result'];
export type Content = { readonly [F in ContentField]?: unknown };

/** Content that is canonical JSON text already. */
export class CanonicalText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface SealedContent {
  /** For the record: field → salted digest of the masked content, whole. */
  readonly digests: Record<string, string> | undefined;
  /** For the span: as much of the masked content, and of the nonces, as the workflow lets out. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Masks content, digests it with a nonce of its own for each field, and keeps back what is not to leave the process. */
export type SealContent = (content: Content, actionClass: ActionClass | undefined) => SealedContent;

/**
 * What is digested is what may be seen: masked, and whole. Then the workflow's capture decides: `full` sends content and
 * nonce, `digest` the nonce alone, `off` neither, and the digest is a commitment that nobody can open or guess.
 */
export function contentSealer(policy: ContentPolicy, mask: MaskContent): SealContent {
  return (content, actionClass) => {
    const capture = actionClass === undefined ? policy.default : policy.by_class[actionClass];
    const attributes: Record<string, string> = {};
    let digests: Record<string, string> | undefined;
    let nonces = '';
    let redacted = '';
    for (const field of FIELDS) {
      const value = content[field];
      if (value === undefined) continue;
      const plain = value instanceof CanonicalText ? value.text : contentJson(value);
      const masked = mask(field, plain);
      const nonce = newNonce();
      digests ??= {};
      digests[field] = saltedDigest(nonce, masked);
      if (capture !== 'off') nonces = listed(nonces, field, nonce);
      const isCut = masked.length > policy.max_characters;
      if (capture === 'full')
        attributes[CONTENT[field]] = isCut ? cut(masked, policy.max_characters) : masked;
      const why = whyRedacted(capture, masked !== plain, isCut);
      if (why !== undefined) redacted = listed(redacted, field, why);
    }
    if (nonces !== '') attributes[CONTENT.nonces] = `${nonces}}`;
    if (redacted !== '') attributes[CONTENT.redacted] = `${redacted}}`;
    return { digests, attributes };
  };
}

/** What matters most; that content was cut shows in the content itself. */
function whyRedacted(capture: ContentCapture, isMasked: boolean, isCut: boolean): string | undefined {
  if (capture !== 'full') return 'withheld';
  if (isMasked) return 'masked';
  return isCut ? 'cut' : undefined;
}

/** An object's canonical JSON, field by field and without its end; fields come in order, and words need no escapes. */
function listed(before: string, field: ContentField, word: string): string {
  return `${before === '' ? '{' : `${before},`}"${field}":"${word}"`;
}

/** Canonical JSON of whatever a tool or a model returned: as it is, as JSON shows it, or else only what it is. */
function contentJson(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return shownJson(value);
  }
}

function shownJson(value: unknown): string {
  try {
    return canonicalJson(JSON.parse(wellFormed(JSON.stringify(value, withoutBytes))));
  } catch {
    return canonicalJson({ tollgate_unserialisable: typeof value });
  }
}

/** Bytes (a picture in a prompt) are named by their length; as JSON they would be a number each. */
function withoutBytes(this: Record<string, unknown>, key: string, shown: unknown): unknown {
  const value = this[key];
  return ArrayBuffer.isView(value) ? { tollgate_bytes: value.byteLength } : shown;
}

function wellFormed(json: string | undefined): string {
  if (json === undefined) throw new TypeError('not JSON');
  // JSON.stringify writes a lone surrogate as an escape.
  return json.replaceAll(/\\ud[89a-f][0-9a-f]{2}/gi, '\\ufffd');
}

function cut(text: string, maxCharacters: number): string {
  return canonicalJson({
    tollgate_truncated: true,
    characters: text.length,
    start: text.slice(0, maxCharacters).toWellFormed(),
  });
}
