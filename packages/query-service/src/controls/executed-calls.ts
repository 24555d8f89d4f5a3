import type { ActionClass } from '@tollgate/contract';
import { z } from 'zod';
import type { JudgeContext } from './control.ts';
import { claimed, policyOf } from './rows.ts';

/** One report of a call that was dispatched: the decision that let it, or its end. */
export const executedCall = z.object({
  ...claimed,
  kind: z.string(),
  call_id: z.string(),
  tool: z.string(),
  action: z.string(),
  action_class: z.coerce.number().nullable(),
  approval_id: z.string(),
  rollback_note: z.string(),
});
export type ExecutedCall = z.output<typeof executedCall>;

/**
 * Every report of a dispatched call of some runs. A report that names an outcome counts as dispatched whatever it says
 * of its enforcement: nothing that was blocked has an outcome.
 */
export const EXECUTED_CALLS = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, kind, call_id, tool, action,
         action_class, approval_id, rollback_note, toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM tool_calls AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND (enforcement = 'executed' OR outcome != '')`;

/** The class that a call counts as: a claim can raise what the policy says, never lower it. */
export function effectiveClass(row: ExecutedCall, context: JudgeContext): ActionClass {
  const listed = policyOf(row, context)?.allowed_tools.find(({ tool }) => tool === row.tool)?.action_class;
  const claim = row.action_class === 1 || row.action_class === 2 ? row.action_class : undefined;
  if (row.action_class === 3) return 3;
  if (listed === undefined) return claim ?? 3;
  return claim !== undefined && claim > listed ? claim : listed;
}

/** Names a call for people. */
export const callText = (row: Pick<ExecutedCall, 'tool' | 'call_id'>): string =>
  `the call ${row.call_id} of ${row.tool}`;
