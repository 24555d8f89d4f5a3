import type { Deps } from '../deps.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { judgeRuns } from './judge.ts';
import { judgeContext } from './service-facts.ts';

/** Judges what belongs to no run, e.g. whether rollups agree with rows: no run is touched when that changes. */
export async function judgeInstallation(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
): Promise<FlagCounts> {
  const context = await judgeContext(deps, [], deps.clock());
  return applyJudgements(deps.control, await judgeRuns(deps, [], context));
}
