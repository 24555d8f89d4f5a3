import { checkScope } from '@tollgate/contract';
import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed, policyOf } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Whom the key that sent it speaks for; empty where the collector knew no keys. */
  principal: z.string(),
  call_id: z.string(),
  tool: z.string(),
  /** Canonical JSON of what was executed; empty where the content was erased or never sent. */
  arguments: z.string(),
});
type Row = z.output<typeof row>;

/** The arguments of each dispatched call. They are content, so they come from the content table and go no further. */
const query = `
  SELECT toString(calls.run_id) AS run_id, calls.workflow AS workflow, calls.policy_version AS policy_version,
         calls.owner AS owner, calls.team AS team, calls.principal AS principal, calls.call_id AS call_id, calls.tool AS tool,
         content.content['tollgate.content.arguments'] AS arguments,
         toString(toUnixTimestamp64Nano(calls.received_at)) AS since
  FROM tool_calls AS calls
  INNER JOIN span_content AS content
    ON content.run_id = calls.run_id AND content.span_hash = calls.span_hash
  WHERE calls.run_id IN {runs:Array(UUID)} AND content.run_id IN {runs:Array(UUID)}
    AND (calls.enforcement = 'executed' OR calls.outcome != '')
    AND content.content['tollgate.content.arguments'] != ''`;

const example = (args: string): Row => ({
  ...exampleRow(),
  principal: 'ops-agent',
  call_id: 'call-1',
  tool: 'set_status',
  arguments: args,
});

export const scopeHeld = defineControl({
  control: 'scope_held',
  severity: 'critical',
  description: 'The stored arguments of every call that ran lie within the scope of its tool.',
  graceSeconds: 0,
  clears: 'the stored arguments no longer show it',
  query,
  row,
  judge: (rows, context) => rows.flatMap((each) => judgeOne(each, context)),
  examples: {
    passes: [
      { name: 'within the scope', rows: [example('{"id":"T-1","status":"done"}')] },
      { name: 'nothing is known of erased content', rows: [example('')] },
      { name: 'or of cut content', rows: [example('{"start":"{","tollgate_truncated":true}')] },
    ],
    fails: [
      { name: 'another prefix', rows: [example('{"id":"X-1","status":"done"}')] },
      {
        name: 'an argument that the scope does not name',
        rows: [example('{"id":"T-1","status":"done","x":1}')],
      },
      { name: 'no JSON', rows: [example('{')] },
    ],
  },
});

function judgeOne(each: Row, context: JudgeContext): Finding[] {
  const tool = policyOf(each, context)?.allowed_tools.find((allowed) => allowed.tool === each.tool);
  if (tool?.scope === undefined || each.arguments === '') return [];
  const violation = scopeViolation(tool.scope, each.arguments);
  if (violation === undefined) return [];
  return [
    {
      ...about(each, context),
      key: `${each.call_id}:${each.tool}:${violation.field}`,
      summary: `The call ${each.call_id} of ${each.tool} ran outside its scope: ${violation.field} has to be ${violation.expected}.`,
      // The value itself is content and stays where it is.
      evidence: { call_id: each.call_id, tool: each.tool, ...violation },
    },
  ];
}

/** What the SDK sends in place of arguments that are too long, or that no JSON can hold: nothing can be said of those. */
const incomplete = z.union([
  z.object({ tollgate_truncated: z.literal(true) }),
  z.object({ tollgate_unserialisable: z.string() }),
]);

function scopeViolation(scope: Parameters<typeof checkScope>[0], text: string) {
  try {
    const value: unknown = JSON.parse(text);
    return incomplete.safeParse(value).success ? undefined : checkScope(scope, value);
  } catch {
    return { field: '(arguments)', expected: 'JSON' };
  }
}
