import { AsyncLocalStorage } from 'node:async_hooks';
import type { GovernedRun } from './governed-run.ts';

const storage = new AsyncLocalStorage<GovernedRun>();

/** Executes `body` so that tools and metered models in it find the run. */
export function withRun<T>(run: GovernedRun, body: () => T): T {
  return storage.run(run, body);
}

export function activeRun(): GovernedRun | undefined {
  return storage.getStore();
}
