import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  tool: z.string(),
  enforcement: z.string(),
  reason: z.string(),
  calls: z.coerce.number(),
});

/** What the gate held back, by tool and reason. Several records of one call count once. */
const query = `
  SELECT toString(run_id) AS run_id, any(workflow) AS workflow, any(policy_version) AS policy_version,
         any(owner) AS owner, any(team) AS team, tool, enforcement, reason, uniqExact(call_id) AS calls,
         toString(toUnixTimestamp64Nano(min(received_at))) AS since
  FROM tool_calls AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND enforcement IN ('blocked', 'refused', 'expired')
  GROUP BY run_id, tool, enforcement, reason`;

export const refusedActions = defineControl({
  control: 'refused_actions',
  severity: 'info',
  description: 'Tells the owner what the gate held back: the rule held, and the agent wanted something else.',
  graceSeconds: 0,
  clears: 'the run no longer shows the refusal',
  query,
  row,
  judge: (rows, context) =>
    rows.map((each) => ({
      ...about(each, context),
      key: `${each.tool}:${each.enforcement}:${each.reason}`,
      summary: `${each.tool === '' ? 'A model call' : each.tool} was ${each.enforcement}${each.calls > 1 ? ` ${each.calls} times` : ''}${each.reason === '' ? '' : ` (${each.reason})`}.`,
      evidence: { tool: each.tool, enforcement: each.enforcement, reason: each.reason, calls: each.calls },
    })),
  examples: {
    passes: [{ name: 'nothing held back', rows: [] }],
    fails: [
      {
        name: 'a call out of scope',
        rows: [
          { ...exampleRow(), tool: 'set_status', enforcement: 'blocked', reason: 'out_of_scope', calls: 2 },
        ],
      },
    ],
  },
});
