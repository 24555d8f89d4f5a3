import { parsed } from '../controls/parsed.ts';
import { isDispatched, RECORDS, type RecordRow, recordRow } from '../controls/records.ts';
import type { PageReads } from '../flags/page-reads.ts';

/** One dispatched call; its outcome is empty where its end has not arrived. */
export type ExecutedAction = RecordRow;

/** The dispatched actions of a page of runs, one each: the decision and the end of one call are one action. */
export async function executedActions(reads: PageReads): Promise<readonly ExecutedAction[]> {
  return toActions(parsed(recordRow, await reads.rows(RECORDS)).filter(isDispatched));
}

/**
 * Pairs decisions with ends. A call id is the agent's to choose: where it uses one twice, each use is an action of its
 * own (`id`, `id#2` …), so that nothing hides behind a repeated id. Pure.
 */
export function toActions(rows: readonly RecordRow[]): readonly ExecutedAction[] {
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
