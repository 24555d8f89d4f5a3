import type { ExpressionBuilder, Kysely } from 'kysely';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';
import type { ControlTables } from '../state/tables.ts';

/** Approvals of some runs; of those calls alone where they are given. */
export interface ApprovalsOf {
  readonly run_ids: readonly string[];
  readonly call_ids?: readonly string[] | undefined;
}

const conditions =
  ({ run_ids, call_ids }: ApprovalsOf) =>
  ({ eb, and }: ExpressionBuilder<ControlTables, 'approvals'>) =>
    and([
      eb('run_id', 'in', run_ids),
      ...(call_ids === undefined ? [] : [eb('call_id', 'in', call_ids)]),
      // Not the other two: who decides or runs needs them.
      eb('state', 'in', ['refused', 'expired', 'withdrawn', 'consumed']),
    ]);

/** How many closed approvals have content. */
export async function countApprovals(
  db: Pick<Kysely<ControlTables>, 'selectFrom'>,
  which: ApprovalsOf,
): Promise<number> {
  const { rows } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where(conditions(which))
    .where('arguments', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(rows);
}

/**
 * Erases what closed approvals hold of it: arguments, the rollback note that is made from them, the agent's purpose, and
 * the nonce, without which their binding says nothing. Who asked, who decided, when and why stays.
 * @returns how many had any
 */
export async function eraseApprovals(
  db: Pick<Kysely<ControlTables>, 'updateTable'>,
  which: ApprovalsOf,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('approvals')
    .set({ arguments: null, nonce: '', rollback_note: '', purpose: null })
    .where(conditions(which))
    .where('arguments', 'is not', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

const callRow = z.object({ call_id: z.string() });

/** The calls that one span is about. */
export async function callsOfSpan(
  deps: Pick<Deps, 'store'>,
  span: { readonly run_id: string; readonly trace_id: string; readonly span_id: string },
): Promise<readonly string[]> {
  const query = `SELECT DISTINCT t.call_id AS call_id FROM tool_calls AS t
    WHERE t.run_id = {run_id:UUID} AND t.trace_id = unhex({trace_id:String}) AND t.span_id = unhex({span_id:String})`;
  return (await select(deps, callRow, query, { ...span })).map(({ call_id }) => call_id);
}
