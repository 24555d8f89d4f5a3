import * as z from 'zod/mini';
import { count, text } from './fields.ts';

/** How a workflow's reviews went, over a period: samples = in time + late + overdue + pending. */
export const reviewReport = z.object({
  workflow: text,
  actions: count,
  samples: count,
  reviewed_in_time: count,
  reviewed_late: count,
  overdue: count,
  pending: count,
});
export type ReviewReport = z.output<typeof reviewReport>;
