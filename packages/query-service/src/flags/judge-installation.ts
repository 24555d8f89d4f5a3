import { OF_NO_RUN } from '../controls/catalogue.ts';
import type { Deps } from '../deps.ts';
import { addFlags, applyJudgements, type FlagCounts, noFlags } from './apply.ts';
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
  const counts = noFlags();
  for (const each of OF_NO_RUN) addFlags(counts, await applyJudgements(control, [await judge(each, page)]));
  return counts;
}
