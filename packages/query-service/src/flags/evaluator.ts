import type { Deps } from '../deps.ts';
import { repeat } from '../state/repeat.ts';
import { evaluateControls, evaluateRest, type RestCounts } from './evaluate.ts';
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
  const soon = (counts?: EvaluationCounts) => ((counts?.runs ?? 0) > 0 ? intervalMs / 5 : intervalMs);
  const running = [
    repeat(() => evaluateControls(deps, continuous), soon, deps.logger, 'evaluation of controls'),
    repeat(
      () => timed(() => evaluateRest(deps)),
      pauseAfter(intervalMs),
      deps.logger,
      'evaluation of what waits',
    ),
    repeat(() => evaluatePeriods(deps, continuous), intervalMs, deps.logger, 'evaluation of budgets'),
    repeat(() => forgetJudged(control, clock()), 60_000, deps.logger, 'forgetting of judged runs'),
  ];
  return { stop: async () => void (await Promise.all(running.map((one) => one.stop()))) };
}

const LEAST_SHARE = 0.2;
/** Where so many runs are due, nothing rests. */
const MANY_DUE = 10_000;

/** What has just arrived goes first: the controls that wait take a share of the time, a larger one where more is due. */
const pauseAfter =
  (intervalMs: number) =>
  (turn?: { readonly took_ms: number; readonly result: RestCounts }): number => {
    if (turn === undefined || turn.result.due === 0) return intervalMs;
    const share = LEAST_SHARE + (1 - LEAST_SHARE) * Math.min(1, turn.result.due / MANY_DUE);
    return (turn.took_ms * (1 - share)) / share;
  };

async function timed<T>(work: () => Promise<T>): Promise<{ readonly took_ms: number; readonly result: T }> {
  const began = performance.now();
  const result = await work();
  return { took_ms: performance.now() - began, result };
}
