import { v5 as uuidv5 } from 'uuid';
import type { Control, Finding } from '../controls/control.ts';
import { seconds } from '../state/time.ts';
import type { RipeFinding } from './changes.ts';

/** The one id of a finding's flag, whoever computes it and how often: installation, control, scope and key. */
export const flagId = (
  writer: string,
  control: string,
  { scope, key }: Pick<Finding, 'scope' | 'key'>,
): string => uuidv5(JSON.stringify(['flag', control, scope, key]), writer);

interface Ripened {
  readonly ripe: readonly RipeFinding[];
  /** When each scope has to be judged again, although nothing new may arrive: the end of a grace, a due date. */
  readonly rechecks: readonly { readonly run_id: string; readonly at: bigint }[];
}

/** Splits findings into those that count now and the times at which the others will, or will have changed. Pure. */
export function ripen(control: Control, findings: readonly Finding[], now: bigint, writer: string): Ripened {
  const ripe: RipeFinding[] = [];
  const rechecks: { run_id: string; at: bigint }[] = [];
  for (const finding of findings) {
    const run_id = finding.judged_with ?? finding.run_id;
    const from = finding.since + seconds(control.graceSeconds);
    if (from <= now)
      ripe.push({
        ...finding,
        severity: finding.severity ?? control.severity,
        flag_id: flagId(writer, control.control, finding),
      });
    else if (run_id !== null) rechecks.push({ run_id, at: from });
    if (run_id !== null && finding.due_at !== undefined && finding.due_at >= now)
      rechecks.push({ run_id, at: finding.due_at + 1n });
    if (run_id !== null && finding.recheck_at !== undefined)
      rechecks.push({ run_id, at: finding.recheck_at });
  }
  return { ripe, rechecks };
}
