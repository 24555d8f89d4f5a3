import { canonicalJson } from '../../evidence/canonical-json.ts';
import type { Workflow } from '../../workflow/schema.ts';

/** What a difference between two workflow files does to what the agent may do, and to who looks at it. */
export const POLICY_EFFECTS = ['loosens', 'unclear', 'tightens', 'neutral'] as const;
export type PolicyEffect = (typeof POLICY_EFFECTS)[number];

/** One difference between two workflow files. */
export interface PolicyChange {
  /** The field, tools by name and arguments in brackets: `tools.send_reply.scope[to.id].max`. */
  readonly path: string;
  /** The value as the file says it; undefined where it says nothing. */
  readonly before: unknown;
  readonly after: unknown;
  /** `unclear`: may loosen or not, so a person has to read it. */
  readonly effect: PolicyEffect;
  readonly why: string;
}

export interface Judgement {
  readonly effect: PolicyEffect;
  readonly why: string;
}

/** What a change of one field does. Called only where the two values differ; undefined is a field that is left out. */
export type Rule = (before: unknown, after: unknown, files: Files) => Judgement;

export interface Files {
  readonly before: Workflow;
  readonly after: Workflow;
}

/** Whether two values of a file say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
