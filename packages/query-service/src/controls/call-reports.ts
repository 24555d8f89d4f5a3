import type { ActionClass } from '@tollgate/contract';
import { z } from 'zod';
import type { JudgeContext } from './control.ts';
import { type ClaimedRow, claimed, policyOf } from './rows.ts';

/** One report of a tool call: what the gate decided on it, or its end. */
export const callReport = z.object({
  ...claimed,
  /** Whom the key that sent it speaks for; empty where the collector knew no keys. */
  principal: z.string(),
  kind: z.string(),
  call_id: z.string(),
  tool: z.string(),
  action: z.string(),
  action_class: z.coerce.number().nullable(),
  enforcement: z.string(),
  outcome: z.string(),
  /** Why the gate held it back; empty where it did not. */
  reason: z.string(),
  approval_id: z.string(),
  rollback_note: z.string(),
});
export type CallReport = z.output<typeof callReport>;

/** Every report of the calls of some runs. */
export const CALL_REPORTS = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, principal, kind, call_id, tool, action, action_class,
         enforcement, outcome, reason, approval_id, rollback_note, toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM tool_calls AS t
  WHERE t.run_id IN {runs:Array(UUID)}`;

/**
 * Those of calls that were dispatched. A report that names an outcome counts as such whatever it says of its enforcement: nothing that
 * was blocked has an outcome.
 */
export const dispatched = (rows: readonly CallReport[]): readonly CallReport[] =>
  rows.filter(({ enforcement, outcome }) => enforcement === 'executed' || outcome !== '');

/** The class that a call counts as: a claim can raise what the policy says, never lower it. */
export function effectiveClass(
  row: ClaimedRow & Pick<CallReport, 'tool' | 'action_class'>,
  context: JudgeContext,
): ActionClass {
  const listed = policyOf(row, context)?.allowed_tools.find(({ tool }) => tool === row.tool)?.action_class;
  const claim = row.action_class === 1 || row.action_class === 2 ? row.action_class : undefined;
  if (row.action_class === 3) return 3;
  if (listed === undefined) return claim ?? 3;
  return claim !== undefined && claim > listed ? claim : listed;
}

/** Names a call for people. */
export const callText = (row: Pick<CallReport, 'tool' | 'call_id'>): string =>
  `the call ${row.call_id} of ${row.tool}`;
