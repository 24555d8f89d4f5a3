import type { Deps } from '../deps.ts';
import { evaluateControls } from './evaluate.ts';

export interface Evaluator {
  /** Evaluates at once, or joins the evaluation that is about to start. */
  readonly poke: () => void;
  /** Waits for the evaluation under way. May be called more than once. */
  readonly stop: () => Promise<void>;
}

/** Evaluates the controls every so often. A failed evaluation is logged, and the next one reads the same again. */
export function startEvaluator(
  deps: Pick<Deps, 'store' | 'control' | 'clock' | 'logger'>,
  { intervalMs }: { intervalMs: number },
): Evaluator {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    clearTimeout(timer);
    running = evaluateControls(deps)
      .then(
        () => undefined,
        (error: unknown) =>
          deps.logger.error({ err: error }, 'evaluation of controls failed; it will be tried again'),
      )
      .finally(() => {
        running = undefined;
        const soon = again;
        again = false;
        if (soon) run();
        else if (!stopped) timer = setTimeout(run, intervalMs).unref();
      });
  };
  run();
  return {
    poke: run,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
