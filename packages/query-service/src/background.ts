import { createSpendMeter } from './costs/spend-meter.ts';
import type { Deps, Hooks } from './deps.ts';
import { startEvaluator } from './flags/evaluator.ts';
import { startPricing } from './pricing/worker.ts';

/** Work that goes on beside requests. `stop` waits for what is under way. */
export type Background = (deps: Deps) => { stop(): Promise<void> };

/** Every module's background work, and what the modules offer each other. Each service has its own. */
export function standardWork(): { readonly hooks: Hooks; readonly background: readonly Background[] } {
  const meter = createSpendMeter({ intervalMs: 5000 });
  return {
    hooks: { spent: meter.spent },
    background: [
      (deps) => startPricing(deps, { intervalMs: 2000 }),
      (deps) => startEvaluator(deps, { intervalMs: 1000 }),
      meter.background,
    ],
  };
}
