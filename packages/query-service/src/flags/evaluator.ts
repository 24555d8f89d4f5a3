import type { Deps } from '../deps.ts';
import { repeat } from '../state/repeat.ts';
import { evaluateControls } from './evaluate.ts';
import { evaluatePeriods } from './evaluate-periods.ts';
import type { EvaluationCounts } from './judge-page.ts';
import { forgetJudged } from './memory.ts';

/** Evaluates the controls every so often. A failed evaluation is logged, and the next one reads the same again. */
export function startEvaluator(
  deps: Pick<Deps, 'store' | 'control' | 'clock' | 'logger'>,
  { intervalMs }: { intervalMs: number },
): { stop(): Promise<void> } {
  const { control, clock } = deps;
  const continuous = { continuous: true };
  // Where something arrives, more does.
  const rest = (counts?: EvaluationCounts) => ((counts?.runs ?? 0) > 0 ? intervalMs / 5 : intervalMs);
  const running = [
    repeat(() => evaluateControls(deps, continuous), rest, deps.logger, 'evaluation of controls'),
    repeat(() => evaluatePeriods(deps, continuous), intervalMs, deps.logger, 'evaluation of budgets'),
    repeat(() => forgetJudged(control, clock()), 60_000, deps.logger, 'forgetting of judged runs'),
  ];
  return { stop: async () => void (await Promise.all(running.map((one) => one.stop()))) };
}
