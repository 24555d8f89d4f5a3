import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { isoFromNanos, select } from '../runs/select.ts';

const text = z.string();

export const toolCallAnswer = z.object({
  call_id: text,
  tool: text,
  action: text,
  action_class: z.number().nullable(),
  verdict: text,
  reason: text,
  enforcement: text,
  outcome: text,
  approval_id: text,
  rollback_note: text,
  principal: text,
  start: z.iso.datetime(),
});
export type ToolCallAnswer = z.output<typeof toolCallAnswer>;

const row = toolCallAnswer.extend({ start: isoFromNanos });

const QUERY = `
  SELECT t.call_id AS call_id, t.tool AS tool, t.action AS action, t.action_class AS action_class, t.verdict AS verdict,
         t.reason AS reason, t.enforcement AS enforcement, t.outcome AS outcome, t.approval_id AS approval_id,
         t.rollback_note AS rollback_note, t.principal AS principal, toString(toUnixTimestamp64Nano(t.start)) AS start
  FROM tool_calls AS t WHERE t.run_id = {run_id:UUID} AND t.tool != '' ORDER BY t.start, t.kind, t.span_id LIMIT 20000`;

/**
 * The tool calls of a run, one each: what a later record says of a call goes before what an earlier one said. A refused
 * model call is decided by the gate as well, and has no tool.
 */
export async function readToolCalls(
  deps: Pick<Deps, 'store'>,
  run_id: string,
): Promise<readonly ToolCallAnswer[]> {
  return mergeCalls(await select(deps, row, QUERY, { run_id }));
}

/**
 * Pure. Records come by time; an empty field of a later one leaves the earlier one's. What was executed stays executed: a
 * resumed run that asks for it again is refused (`already_dispatched`), and that changes nothing that happened.
 */
export function mergeCalls(records: readonly ToolCallAnswer[]): readonly ToolCallAnswer[] {
  const calls = new Map<string, ToolCallAnswer>();
  for (const record of records) {
    const key = JSON.stringify([record.call_id, record.tool]);
    const before = calls.get(key);
    if (before === undefined) calls.set(key, record);
    else {
      const said = Object.fromEntries(
        Object.entries(record).filter(([, value]) => value !== '' && value !== null),
      );
      const { enforcement } = before.enforcement === 'executed' ? before : { ...before, ...said };
      calls.set(key, { ...before, ...said, enforcement, start: before.start });
    }
  }
  return [...calls.values()].map(seen);
}

/** Dispatched, and no result seen: its process may still be at it, or nobody will ever know. */
function seen(call: ToolCallAnswer): ToolCallAnswer {
  return call.enforcement === 'executed' && call.outcome === '' ? { ...call, outcome: 'unknown' } : call;
}
