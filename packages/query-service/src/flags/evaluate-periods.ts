import { type FlagCounts, noFlags } from './apply.ts';
import { courseOf, judgedPeriods, periodsFrom } from './course.ts';
import type { JudgeDeps } from './judge-page.ts';
import { judgePeriods } from './judge-periods.ts';
import { lastEvaluation } from './last-evaluation.ts';
import { storeNow } from './touched-runs.ts';

interface PeriodOptions {
  /** Judge every day and month in whose spend something changed since then (ns); without it, since they were last judged. */
  readonly since?: bigint | undefined;
  /** Whether it may be left to a later one. */
  readonly continuous?: boolean;
}

/** Evaluates what workflows spent in days and months. Evaluations of one control state take turns, as those of runs do. */
export function evaluatePeriods(deps: JudgeDeps, options: PeriodOptions = {}): Promise<FlagCounts> {
  return deps.control.exclusively('evaluation of budgets', () => evaluateNow(deps, options));
}

async function evaluateNow(
  deps: JudgeDeps,
  { since, continuous = false }: PeriodOptions,
): Promise<FlagCounts> {
  const course = courseOf(deps.control);
  const from = periodsFrom(course, { since, last: await lastEvaluation(deps), continuous });
  if (from === undefined) return noFlags();
  const started = await storeNow(deps);
  const began = performance.now();
  const counts = await judgePeriods(deps, from);
  judgedPeriods(course, started, performance.now() - began);
  return counts;
}
