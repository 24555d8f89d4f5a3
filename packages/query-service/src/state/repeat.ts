import type { Logger } from 'pino';

/** Does some work again and again, never twice at the same time. A failure is logged, and the work is tried again. */
export function repeat(
  work: () => Promise<unknown>,
  interval_ms: number,
  logger: Logger,
  name: string,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const run = (): void => {
    current = work()
      .then(
        () => undefined,
        (error: unknown) => logger.error({ err: error }, `${name} failed; it will be tried again`),
      )
      .then(() => {
        if (!stopped) timer = setTimeout(run, interval_ms).unref();
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
