import { z } from 'zod';
import { claimed } from '../controls/rows.ts';
import type { Deps } from '../deps.ts';

const row = z.object({
  ...claimed,
  kind: z.string(),
  call_id: z.string(),
  tool: z.string(),
  action: z.string(),
  action_class: z.coerce.number(),
  approval_id: z.string(),
  rollback_note: z.string(),
  seq: z.coerce.number(),
  /** How the tool ended; empty where its end has not arrived. */
  outcome: z.string(),
});
type Row = z.output<typeof row>;

/** The records of dispatched calls, with their numbers in the chain. */
const QUERY = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team, kind,
         JSONExtractString(record, 'call_id') AS call_id, JSONExtractString(record, 'tool') AS tool,
         JSONExtractString(record, 'action') AS action, JSONExtractUInt(record, 'action_class') AS action_class,
         '' AS approval_id, '' AS rollback_note, JSONExtractString(record, 'outcome') AS outcome, seq, toString(toUnixTimestamp64Nano(received_at)) AS since
  FROM evidence_records AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND kind IN ('gate_decided', 'tool_finished', 'tool_called')
    AND (JSONExtractString(record, 'enforcement') = 'executed' OR JSONHas(record, 'outcome'))`;

export type ExecutedAction = Row;

/** The dispatched actions of some runs, one each: the decision and the end of one call are one action. */
export async function executedActions(
  { store }: Pick<Deps, 'store'>,
  runs: readonly string[],
): Promise<readonly ExecutedAction[]> {
  const answer = await store.reader.query({ query: QUERY, query_params: { runs }, format: 'JSONEachRow' });
  return toActions(z.array(row).parse(await answer.json()));
}

/**
 * Pairs decisions with ends. A call id is the agent's to choose: where it uses one twice, each use is an action of its
 * own (`id`, `id#2` …), so that nothing hides behind a repeated id. Pure.
 */
export function toActions(rows: readonly Row[]): readonly ExecutedAction[] {
  const calls = Map.groupBy(rows, ({ run_id, call_id, tool }) => JSON.stringify([run_id, call_id, tool]));
  return [...calls.values()].flatMap((records) => {
    const bySeq = records.toSorted((a, b) => a.seq - b.seq);
    // `tool_called` is both.
    const decisions = bySeq.filter(({ kind }) => kind !== 'tool_finished');
    const ends = bySeq.filter(({ kind }) => kind !== 'gate_decided');
    const longer = ends.length > decisions.length ? ends : decisions;
    return longer.map((each, index) => {
      const first = decisions[index] ?? each;
      const suffix = index === 0 ? '' : `#${index + 1}`;
      const outcome = ends[index]?.outcome ?? '';
      return { ...first, outcome, call_id: `${first.call_id}${suffix}` };
    });
  });
}
