import { canonicalJson } from '../evidence/canonical-json.ts';
import { sha256Hex } from '../evidence/digest.ts';
import type { Workflow } from './schema.ts';

/** The policy version of a workflow: `sha256:` and the digest of its canonical JSON, defaults included, comments and order not. */
export function policyVersion(workflow: Workflow): string {
  return `sha256:${sha256Hex(canonicalJson(workflow))}`;
}
