import { dayBefore, nth, type Read } from './read.ts';

/** No target is set for it, and the exporter's table has no such answer. */
export const coverage: Read = {
  name: 'coverage',
  what: 'how each control held in each workflow, over the last seven or thirty days',
  wantedMs: undefined,
  questions: async (ground, count) =>
    Array.from({ length: count }, (_, number) => ({
      path: `/v1/controls/coverage?from=${dayBefore(ground, nth([7, 30], number))}`,
      theirs: undefined,
    })),
};
