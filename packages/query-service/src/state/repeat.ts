import type { Logger } from 'pino';

/**
 * Does some work again and again, never twice at the same time. A failure is logged, and the work is tried again.
 * @param interval_ms how long it rests after each; by what came of it, where that matters
 */
export function repeat<T>(
  work: () => Promise<T>,
  interval_ms: number | ((result: T | undefined) => number),
  logger: Logger,
  name: string,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const run = (): void => {
    current = work()
      .then(
        (result) => result,
        (error: unknown) => {
          logger.error({ err: error }, `${name} failed; it will be tried again`);
          return undefined;
        },
      )
      .then((result) => {
        const rest = typeof interval_ms === 'number' ? interval_ms : interval_ms(result);
        if (!stopped) timer = setTimeout(run, rest).unref();
      });
  };
  run();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
