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

/** Every control's judgement of some runs. Controls that read the same rows share one read. */
export async function judgeRuns(
  deps: Pick<Deps, 'store' | 'control'>,
  runs: readonly string[],
  context: JudgeContext,
): Promise<readonly Judgement[]> {
  const read = new Map<string, readonly unknown[]>();
  const judgements: Judgement[] = [];
  for (const control of CONTROLS) {
    const rows = read.get(control.query) ?? (await readRows(deps, control.query, runs));
    read.set(control.query, rows);
    const { ripe, rechecks } = ripen(control, control.judge(rows, context), context.now, deps.control.writer);
    judgements.push({ control, scopes: [...runs, ...control.scopes(rows)], findings: ripe, rechecks });
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
