import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, exampleRow } from './examples.ts';
import { about, claimed, isForeign } from './rows.ts';

/** What one principal sent of a run under the name of one workflow. */
const row = z.object({
  ...claimed,
  /** Whom the key that sent it speaks for; empty where the collector knew no keys. */
  principal: z.string(),
  /** `records`, `model_calls`, `tool_calls`, and always `spans`. */
  sent: z.array(z.string()),
});
type Row = z.output<typeof row>;

/** The runs of which somebody sent something who did not register it. Of all others the summary says so. */
const suspects = `
  SELECT toString(s.run_id) AS run_id FROM run_summaries AS s WHERE s.run_id IN {runs:Array(UUID)} GROUP BY s.run_id
  HAVING arrayExists(p -> p != '' AND p != max(s.registered_principal), groupUniqArrayArray(s.principals))
    OR (NOT max(s.registered) AND max(s.workflow) != '')
  SETTINGS final = 0`;

const from = (table: string, policy_version: string) => `
  SELECT run_id, workflow, ${policy_version} AS policy_version, owner, team, principal, received_at, '${table}' AS what
  FROM ${table} WHERE run_id IN {runs:Array(UUID)}`;

const query = `
  SELECT toString(t.run_id) AS run_id, toString(t.workflow) AS workflow, max(toString(t.policy_version)) AS policy_version,
    max(toString(t.owner)) AS owner, max(toString(t.team)) AS team, toString(t.principal) AS principal,
    arraySort(groupUniqArray(replaceOne(t.what, 'evidence_', ''))) AS sent, toString(toUnixTimestamp64Nano(min(t.received_at))) AS since
  FROM (${[
    from('spans', 'policy_version'),
    from('evidence_records', 'policy_version'),
    from('tool_calls', 'policy_version'),
    from('model_calls', "''"),
  ].join(' UNION ALL ')}) AS t
  GROUP BY t.run_id, t.principal, t.workflow`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ principal: 'ops-agent', sent: ['records', 'spans'] },
  ...changes,
});

export const runRegistered = defineControl({
  control: 'run_registered',
  severity: 'critical',
  description:
    'Every run of a registered workflow that evidence was sent for, be it a record, a model call or any span, was registered with the service, by the principal that sent it.',
  graceSeconds: 60,
  clears: 'the run registered late',
  query,
  suspects,
  row,
  judge: (rows, context) =>
    [...Map.groupBy(rows, ({ run_id, principal }) => JSON.stringify([run_id, principal])).values()].flatMap(
      (sent) => judgeOne(sent, context),
    ),
  examples: {
    passes: [
      { name: 'a registered run', rows: [example()] },
      {
        name: 'a workflow that nobody registered is for another control',
        rows: [example({ run_id: 'x', workflow: 'y' })],
      },
    ],
    fails: [
      { name: 'an unknown run', rows: [example({ run_id: EXAMPLE_RUN.replace(/1$/, '2') })] },
      {
        name: 'an unknown run that names another workflow as well',
        rows: [
          example({ run_id: EXAMPLE_RUN.replace(/1$/, '2') }),
          example({ run_id: EXAMPLE_RUN.replace(/1$/, '2'), workflow: 'y' }),
        ],
      },
      { name: 'evidence under another key', rows: [example(), example({ principal: 'sales-agent' })] },
      {
        name: 'a model call under another key, without a record',
        rows: [
          example(),
          example({ principal: 'sales-agent', workflow: '', sent: ['model_calls', 'spans'] }),
        ],
      },
    ],
  },
});

/** @param sent all that one principal sent of a run */
function judgeOne(sent: readonly Row[], context: JudgeContext): Finding[] {
  const named = sent.toSorted((a, b) => (a.workflow < b.workflow ? -1 : 1));
  const each = named.find(({ workflow }) => context.registeredWorkflow(workflow)) ?? named.at(-1);
  if (each === undefined) return [];
  const run = context.run(each.run_id);
  const sender = each.principal || 'unknown';
  const kinds = [...new Set(sent.flatMap((one) => one.sent))].sort();
  const evidence = { principal: each.principal, claimed_workflow: each.workflow, sent: kinds };
  if (run === undefined) {
    if (!context.registeredWorkflow(each.workflow)) return [];
    const summary = `Evidence was sent for a run that the service never registered; the key behind it is ${sender}.`;
    return [{ ...about(each, context), key: `unregistered:${each.principal}`, summary, evidence }];
  }
  if (!isForeign(each, context)) return [];
  const calls = kinds.includes('model_calls') ? ', model calls among it,' : '';
  const summary = `Evidence${calls} was sent for the run by ${sender}, but ${run.principal} registered it.`;
  const finding = {
    ...about(each, context),
    // Nothing can still be on its way that would make this right.
    since: 0n,
    key: `principal:${each.principal}`,
    summary,
    evidence: { ...evidence, registered_principal: run.principal },
    strangers: [each.principal],
  };
  if (finding.team === run.team) return [finding];
  // A run that was registered late may be either team's, so both are told.
  const { workflow, owner, team } = run;
  return [finding, { ...finding, key: `${finding.key}:to:${team}`, workflow, owner, team }];
}
