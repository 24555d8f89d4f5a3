import { sha256Hex } from '@tollgate/contract';
import { parsed } from '../controls/parsed.ts';
import { isDispatched, RECORDS, type RecordRow, recordRow } from '../controls/records.ts';
import type { PageReads } from '../flags/page-reads.ts';
import { plainText } from '../records/plain-text.ts';
import { least } from '../runs/run-times.ts';

/** One dispatched call; its outcome is empty where its end has not arrived. */
export type ExecutedAction = RecordRow;

/** The dispatched actions of a page of runs, one each: the decision and the end of one call are one action. */
export async function executedActions(reads: PageReads): Promise<readonly ExecutedAction[]> {
  return toActions(parsed(recordRow, await reads.rows(RECORDS)).filter(isDispatched));
}

/**
 * Pairs decisions with ends. A call id is the agent's to choose: where it uses one twice, be it for another tool, each use is an
 * action of its own (`id`, `id#2` …), so that nothing hides behind a repeated id. Pure.
 */
export function toActions(rows: readonly RecordRow[]): readonly ExecutedAction[] {
  const calls = Map.groupBy(rows, ({ run_id, call_id, tool }) => JSON.stringify([run_id, call_id, tool]));
  const uses = new Map<string, number>();
  return [...calls.values()]
    .flatMap(actionsOf)
    .sort((a, b) => Number(a.received - b.received) || a.action.seq - b.action.seq)
    .map(({ action }) => {
      const id = idOf(action.call_id);
      const ofRun = JSON.stringify([action.run_id, id]);
      const use = (uses.get(ofRun) ?? 0) + 1;
      uses.set(ofRun, use);
      return { ...action, call_id: use === 1 ? id : `${id}#${use}` };
    });
}

interface Use {
  readonly action: ExecutedAction;
  /** When the first of its records was: uses are numbered by it, so that one which is sent late takes no other one's place. */
  readonly received: bigint;
}

/** Of the records of one call id and tool. */
function actionsOf(records: readonly RecordRow[]): Use[] {
  const bySeq = records.toSorted((a, b) => a.seq - b.seq);
  // `tool_called` is both.
  const decisions = bySeq.filter(({ kind }) => kind !== 'tool_finished');
  const ends = bySeq.filter(({ kind }) => kind !== 'gate_decided');
  const longer = ends.length > decisions.length ? ends : decisions;
  return longer.map((each, index) => {
    const [first, end] = [decisions[index] ?? each, ends[index] ?? each];
    return {
      action: { ...first, outcome: ends[index]?.outcome ?? '' },
      received: least(first.since, end.since),
    };
  });
}

/** As long as a database can index, in characters. */
const LONGEST_ID = 512;

/** An id as a database holds it. A `#` is doubled, so that no id looks like a use of another one. */
const idOf = (call_id: string): string =>
  call_id.length > LONGEST_ID ? sha256Hex(call_id) : plainText(call_id).replaceAll('#', '##');
