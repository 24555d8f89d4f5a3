import type { Deps } from '../deps.ts';
import { repeat } from '../state/repeat.ts';
import { evaluateControls } from './evaluate.ts';

/** Evaluates the controls every so often. A failed evaluation is logged, and the next one reads the same again. */
export const startEvaluator = (
  deps: Pick<Deps, 'store' | 'control' | 'clock' | 'logger'>,
  { intervalMs }: { intervalMs: number },
): { stop(): Promise<void> } =>
  repeat(
    () => evaluateControls(deps, { continuous: true }),
    intervalMs,
    deps.logger,
    'evaluation of controls',
  );
