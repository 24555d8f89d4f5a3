import type { Deps } from '../deps.ts';
import { findHeldRuns } from './find-held-runs.ts';

/**
 * Drops what only lifted holds have kept. Which runs the live ones are about is looked for before, and nothing is dropped where that
 * fails: a run whose hold was lifted may be another one's by now, without the store having been told.
 */
export async function dropReleased(deps: Pick<Deps, 'control' | 'store'>): Promise<void> {
  await findHeldRuns(deps);
  await deps.store.disposal?.dropReleased();
}
