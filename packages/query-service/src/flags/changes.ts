import { canonicalJson, type FlagState, type Severity } from '@tollgate/contract';
import type { Control, Finding } from '../controls/control.ts';

/** A finding that counts, with the identity of its flag. */
export interface RipeFinding extends Finding {
  readonly flag_id: string;
  readonly severity: Severity;
}

/** A flag as the control state has it, as far as an evaluation needs it. */
export interface StoredFlag {
  readonly flag_id: string;
  readonly state: FlagState;
  readonly severity: Severity;
  readonly summary: string;
  /** Canonical JSON. */
  readonly evidence: string;
  readonly due_at: bigint | undefined;
}

export type FlagChange =
  | { readonly kind: 'raised' | 'reopened' | 'updated'; readonly finding: RipeFinding }
  | { readonly kind: 'cleared'; readonly flag_id: string; readonly because: string };

/**
 * What an evaluation changes. Pure: the same findings over the same flags change nothing, so a replay or a restart
 * raises no flag twice. What a person resolved stays resolved; what the system cleared comes back when its finding does.
 * @param findings the ripe findings of one control in the scopes that were judged
 * @param stored every flag of that control in those scopes
 */
export function flagChanges(
  control: Pick<Control, 'clears'>,
  findings: readonly RipeFinding[],
  stored: readonly StoredFlag[],
): readonly FlagChange[] {
  const known = new Map(stored.map((flag) => [flag.flag_id, flag]));
  const found = new Set(findings.map(({ flag_id }) => flag_id));
  return [
    ...findings.flatMap((finding) => changeFor(finding, known.get(finding.flag_id))),
    ...stored
      .filter(({ flag_id, state }) => (state === 'open' || state === 'acknowledged') && !found.has(flag_id))
      .map(({ flag_id }) => ({ kind: 'cleared' as const, flag_id, because: control.clears })),
  ];
}

function changeFor(finding: RipeFinding, flag: StoredFlag | undefined): FlagChange[] {
  if (flag === undefined) return [{ kind: 'raised', finding }];
  if (flag.state === 'cleared') return [{ kind: 'reopened', finding }];
  if (flag.state === 'resolved') return [];
  const same =
    flag.severity === finding.severity &&
    flag.summary === finding.summary &&
    flag.due_at === finding.due_at &&
    flag.evidence === canonicalJson(finding.evidence);
  return same ? [] : [{ kind: 'updated', finding }];
}
