import type { Deps } from './deps.ts';
import { performErasures } from './erasures/perform.ts';
import { pruneJournal } from './events/journal.ts';
import { startEvaluator } from './flags/evaluator.ts';
import { dropReleased } from './holds/drop-released.ts';
import { findHeldRuns } from './holds/find-held-runs.ts';
import { startNotifier } from './incidents/notifier.ts';
import { startPricing } from './pricing/worker.ts';
import { startRollups } from './rollups/worker.ts';
import { repeat } from './state/repeat.ts';

/** Work that goes on beside requests. `stop` waits for what is under way. */
export type Background = (deps: Deps) => { stop(): Promise<void> };

/** Every module's background work. */
export const STANDARD_WORK: readonly Background[] = [
  (deps) => startPricing(deps, { intervalMs: 2000 }),
  (deps) => startEvaluator(deps, { intervalMs: 500 }),
  ({ control, clock, logger }) =>
    repeat(() => pruneJournal(control, clock()), 60_000, logger, 'pruning of events'),
  (deps) => startNotifier(deps, { intervalMs: 500 }),
  (deps) => repeat(() => findHeldRuns(deps), 60_000, deps.logger, 'looking for runs on hold'),
  (deps) => repeat(() => performErasures(deps), 1000, deps.logger, 'erasure of content'),
  (deps) => repeat(() => dropReleased(deps), 3_600_000, deps.logger, 'dropping what no hold keeps'),
  (deps) => startRollups(deps, { passMs: 30_000, checkMs: 600_000 }),
];
