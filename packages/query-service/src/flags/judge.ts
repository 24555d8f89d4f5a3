import { setImmediate as giveWay } from 'node:timers/promises';
import { CONTROLS } from '../controls/catalogue.ts';
import type { Control, JudgeContext } from '../controls/control.ts';
import type { Deps } from '../deps.ts';
import type { RipeFinding } from './changes.ts';
import { ripen } from './ripen.ts';

/** What one control says of some runs. */
export interface Judgement {
  readonly control: Control;
  /** Whatever flag of the control in one of these scopes has no finding here is healed. */
  readonly scopes: readonly string[];
  readonly findings: readonly RipeFinding[];
  readonly rechecks: readonly { readonly run_id: string; readonly at: bigint }[];
}

/** Reads that are on their way at the same time; the store has other work. */
const READS_AT_ONCE = 4;

/** Every control's judgement of some runs. Controls that read the same rows share one read. */
export async function judgeRuns(
  deps: Pick<Deps, 'store' | 'control'>,
  runs: readonly string[],
  context: JudgeContext,
): Promise<readonly Judgement[]> {
  const queries = [...new Set(CONTROLS.map(({ query }) => query))];
  const read = new Map<string, readonly unknown[]>();
  for (let at = 0; at < queries.length; at += READS_AT_ONCE) {
    const some = queries.slice(at, at + READS_AT_ONCE);
    const rows = await Promise.all(some.map((query) => readRows(deps, query, runs)));
    for (const [index, query] of some.entries()) read.set(query, rows[index] ?? []);
  }
  const judgements: Judgement[] = [];
  for (const control of CONTROLS) {
    const rows = read.get(control.query) ?? [];
    const { ripe, rechecks } = ripen(control, control.judge(rows, context), context.now, deps.control.writer);
    judgements.push({ control, scopes: [...runs, ...control.scopes(rows)], findings: ripe, rechecks });
    // Gates wait for answers of this process: judging gives way to them after each control.
    await giveWay();
  }
  return judgements;
}

async function readRows(
  { store }: Pick<Deps, 'store'>,
  query: string,
  runs: readonly string[],
): Promise<readonly unknown[]> {
  const answer = await store.reader.query({ query, query_params: { runs }, format: 'JSONEachRow' });
  return answer.json<unknown>();
}
