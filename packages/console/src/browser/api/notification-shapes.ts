import * as z from 'zod/mini';
import { maybe, said, text } from './fields.ts';

/** What was sent down the incident path of a flag. */
export const notification = z.object({
  notification_id: text,
  state: text,
  opened_at: text,
  due_at: text,
  next_attempt_at: said,
  settled_at: said,
  acknowledged_by: said,
  acknowledged_at: said,
  closed_at: said,
  suspended: z.boolean(),
  webhook: maybe(z.object({ host: text, kind: text })),
  attempts: z.array(z.object({ attempt: z.int(), at: text, outcome: text, status: maybe(z.int()) })),
});
export type Notification = z.output<typeof notification>;
