import { z } from 'zod';
import { defineControl } from './control.ts';
import { exampleRow } from './examples.ts';
import { about, claimed, policyOf } from './rows.ts';

const row = z.object({
  ...claimed,
  /** The call that read, or empty for a source that the output cites. */
  call_id: z.string(),
  tool: z.string(),
  /** The sources that the tool's own code says it reads, or the system that is cited. */
  reads: z.array(z.string()),
});
type Row = z.output<typeof row>;

/** What each dispatched call read, as its records say (a refused call read nothing), and each system that is cited. */
const query = `
  WITH JSONExtract(t.record, 'Tuple(call_id String, tool String, detail Tuple(reads Array(String), origin String, system String))') AS said
  SELECT toString(t.run_id) AS run_id, t.workflow AS workflow, t.policy_version AS policy_version, t.owner AS owner,
         t.team AS team, said.call_id AS call_id, said.tool AS tool,
         arrayFilter(source -> source != '', arrayConcat(
           said.detail.reads, if(t.kind = 'source_cited' AND said.detail.origin = 'source', [said.detail.system], []))) AS reads,
         toString(toUnixTimestamp64Nano(t.received_at)) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)}
    AND (t.kind = 'source_cited' OR (t.kind IN ('gate_decided', 'tool_finished', 'tool_called')
      AND (JSONExtractString(t.record, 'enforcement') = 'executed' OR JSONHas(t.record, 'outcome'))))`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  call_id: 'call-1',
  tool: 'read_ticket',
  reads: [],
  ...changes,
});

export const dataAllowed = defineControl({
  control: 'data_allowed',
  severity: 'critical',
  description: 'No tool that ran read, and no output cites, a data source that the workflow may not read.',
  graceSeconds: 0,
  clears: 'the policy that allows this source is registered now',
  query,
  row,
  judge: (rows, context) =>
    rows.flatMap((each) => {
      const policy = policyOf(each, context);
      if (policy === undefined) return [];
      const listed = policy.allowed_tools.find(({ tool }) => tool === each.tool)?.reads ?? [];
      return [...new Set([...listed, ...each.reads])]
        .filter((source) => !policy.data.includes(source))
        .map((source) => ({
          ...about(each, context),
          key: `${each.call_id}:${source}`,
          summary: `${each.tool === '' ? 'The output cites' : `The call ${each.call_id} of ${each.tool} read`} ${source}, which the workflow may not read.`,
          evidence: { call_id: each.call_id, tool: each.tool, source, allowed: [...policy.data] },
        }));
    }),
  examples: {
    passes: [
      { name: 'a source of the workflow', rows: [example()] },
      { name: 'one that the code names', rows: [example({ reads: ['builds'] })] },
    ],
    fails: [
      { name: 'another source', rows: [example({ reads: ['salaries'] })] },
      {
        name: 'a fact cited from another source',
        rows: [example({ call_id: '', tool: '', reads: ['salaries'] })],
      },
    ],
  },
});
