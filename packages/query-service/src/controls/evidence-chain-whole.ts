import { appendRecord, startChain } from '@tollgate/contract';
import { z } from 'zod';
import { judgeChains } from './chain-verdict.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, exampleRow } from './examples.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  /** Whom the key that sent it speaks for; empty of what the service wrote. */
  principal: z.string(),
  writer: z.string(),
  /** The record, byte for byte. */
  text: z.string(),
});
type Row = z.output<typeof row>;

/** Every stored record of each run. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, principal,
         toString(writer) AS writer, record AS text, toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM evidence_records AS t WHERE t.run_id IN {runs:Array(UUID)}
  UNION ALL
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, '' AS principal,
         toString(writer) AS writer, record AS text, toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM service_records AS t WHERE t.run_id IN {runs:Array(UUID)}`;

const WRITER = '0198c3a0-0000-7000-8000-00000000000a';

function exampleChain(): readonly Row[] {
  const { workflow, policy_version, owner, team } = exampleRow();
  let state = startChain(EXAMPLE_RUN, WRITER, policy_version);
  return (['run_started', 'model_called', 'run_sealed'] as const).map((kind) => {
    const fields = { kind, time: '1790000000000000000', ...{ workflow, policy_version, owner, team } };
    const detail = { writers: [{ writer: WRITER, count: state.seq, head: state.head }] };
    const { text, next } = appendRecord(state, kind === 'run_sealed' ? { ...fields, detail } : fields);
    state = next;
    return { ...exampleRow(), principal: 'ops-agent', writer: WRITER, text };
  });
}

const WHOLE = exampleChain();

export const evidenceChainWhole = defineControl({
  control: 'evidence_chain_whole',
  severity: 'critical',
  description: 'The records of each writer form one unbroken chain that agrees with what the seal states.',
  graceSeconds: 60,
  clears: 'the missing records arrived later',
  query,
  row,
  othersMayClear: true,
  judge: (rows, context) =>
    [...Map.groupBy(rows, ({ run_id }) => run_id)].flatMap(([run_id, run]) =>
      brokenChains(run_id, run, context),
    ),
  examples: {
    passes: [
      { name: 'whole', rows: WHOLE },
      { name: 'out of order and twice', rows: [...WHOLE, ...WHOLE].reverse() },
      { name: 'still going on', rows: WHOLE.slice(0, 1) },
      {
        name: 'a record that another key sends, which its hash proves',
        rows: WHOLE.map((each, index) => (index === 1 ? { ...each, principal: 'sales-agent' } : each)),
      },
    ],
    fails: [
      { name: 'a missing record', rows: WHOLE.filter((_, index) => index !== 1) },
      {
        name: 'a changed record',
        rows: WHOLE.map((each, i) =>
          i === 1 ? { ...each, text: each.text.replace('model_called', 'tool_finished') } : each,
        ),
      },
      { name: 'the first records cut off', rows: WHOLE.slice(1) },
    ],
  },
});

function brokenChains(run_id: string, run: readonly Row[], context: JudgeContext): Finding[] {
  const writers = [...Map.groupBy(run, ({ writer }) => writer)].map(([writer, rows]) => ({
    ...{ run_id, writer },
    texts: rows.map(({ text }) => text),
  }));
  const newest = run.toSorted((a, b) => Number(a.since - b.since)).at(-1);
  if (newest === undefined) return [];
  return judgeChains(run_id, writers)
    .filter(({ problems }) => problems.length > 0)
    .map(({ writer, records: count, problems }) => ({
      ...about(newest, context),
      key: `writer:${writer}`,
      summary: `The evidence of writer ${writer} is not whole: ${problems[0]}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}.`,
      evidence: { writer, records: count, problems: problems.slice(0, 20) },
    }));
}
