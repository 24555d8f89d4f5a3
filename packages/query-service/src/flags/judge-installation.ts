import { OF_NO_RUN } from '../controls/catalogue.ts';
import type { Deps } from '../deps.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { judge } from './judge.ts';
import { PageReads } from './page-reads.ts';
import { judgeContext } from './service-facts.ts';

/** Judges what belongs to no run, e.g. whether rollups agree with rows. */
export async function judgeInstallation(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
): Promise<FlagCounts> {
  const { control } = deps;
  const context = await judgeContext(deps, [], deps.clock());
  const page = { runs: [], reads: new PageReads(deps, {}), context, writer: control.writer };
  return applyJudgements(control, await judge(OF_NO_RUN, page));
}
