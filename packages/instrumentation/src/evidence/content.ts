import { CONTENT, canonicalJson, newNonce, saltedDigest } from '@tollgate/contract';

/** The fields of a record that are content, by the names of their digests. */
export type ContentField = 'input' | 'output' | 'arguments' | 'result';
export type Content = { readonly [F in ContentField]?: unknown };

/** Longer content is cut; its digest is that of the whole. */
const MAX_CHARACTERS = 256 * 1024;

export interface SealedContent {
  /** For the record: field → salted digest. */
  readonly digests: Record<string, string>;
  /** For the span: the content itself and the nonces. Redaction, when it comes, changes these and nothing else. */
  readonly attributes: Record<string, string>;
}

/** Digests content with a nonce of its own for each field, so that the record proves it without holding it (invariant 11). */
export function sealContent(content: Content): SealedContent {
  const digests: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  const nonces: Record<string, string> = {};
  for (const [field, value] of Object.entries(content) as [ContentField, unknown][]) {
    if (value === undefined) continue;
    const text = contentJson(value);
    const nonce = newNonce();
    nonces[field] = nonce;
    digests[field] = saltedDigest(nonce, text);
    attributes[CONTENT[field]] = text.length <= MAX_CHARACTERS ? text : cut(text);
  }
  if (Object.keys(nonces).length > 0) attributes[CONTENT.nonces] = canonicalJson(nonces);
  return { digests, attributes };
}

/** Canonical JSON of whatever a tool or a model returned: as it is, as JSON shows it, or else only what it is. */
function contentJson(value: unknown): string {
  for (const form of [() => value, () => JSON.parse(wellFormed(JSON.stringify(value, withoutBytes)))])
    try {
      return canonicalJson(form());
    } catch {
      // the next form
    }
  return canonicalJson({ tollgate_unserialisable: typeof value });
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

function cut(text: string): string {
  return canonicalJson({
    tollgate_truncated: true,
    characters: text.length,
    start: text.slice(0, MAX_CHARACTERS).toWellFormed(),
  });
}
