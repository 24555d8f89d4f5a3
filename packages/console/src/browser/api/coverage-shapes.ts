import * as z from 'zod/mini';
import { count, text } from './fields.ts';

/** How one control held in one workflow: passed + failed + unknown = population. */
export const coverage = z.object({
  control: text,
  workflow: text,
  /** `runs`, `calls` or `samples`. */
  population_of: text,
  population: count,
  passed: count,
  failed: count,
  unknown: count,
});
export type Coverage = z.output<typeof coverage>;

export const coverageList = z.object({ evaluated_until: text, items: z.array(coverage) });
