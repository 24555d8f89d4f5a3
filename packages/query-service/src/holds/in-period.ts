import { DATABASE } from '@tollgate/clickhouse';
import { z } from 'zod';
import { timeText } from '../state/time.ts';
import type { Hold } from './hold.ts';

/**
 * Which runs a hold of a workflow and a period is about: those of which anything names the workflow, and of which anything claims to
 * have been in the period or arrived in it. From the first to the last that is claimed, a run went on; and so it arrived.
 * Whoever sends evidence says when it was and of which workflow, so nothing that is said besides may take a run out again.
 * Twice, since retention asks it of all runs in the store, and erasure of some in the transaction that erases.
 */
export const IN_PERIOD = `(any_workflow OR has(workflows, {workflow:String}))
  AND ((first_at < {to:DateTime64(9, 'UTC')} AND last_at >= {from:DateTime64(9, 'UTC')})
    OR (first_received_at < {to:DateTime64(9, 'UTC')} AND last_received_at >= {from:DateTime64(9, 'UTC')}))`;

/** The same of what one source says of a run. */
export const isInPeriod = (
  { workflow, held_from, held_to }: Pick<Hold, 'workflow' | 'held_from' | 'held_to'>,
  { any_workflow, workflows, ...run }: RunPeriod,
): boolean =>
  (any_workflow || workflows.includes(workflow)) &&
  ((run.first < held_to && run.last >= held_from) ||
    (run.first_received < held_to && run.last_received >= held_from));

const time = z.coerce.bigint().transform(timeText);

/** A row of `run_periods`. Times are 19 digits of nanoseconds. */
export const runPeriod = z.object({
  run_id: z.string(),
  workflows: z.array(z.string()),
  any_workflow: z.boolean(),
  first: time,
  last: time,
  first_received: time,
  last_received: time,
});
export type RunPeriod = z.output<typeof runPeriod>;

const nanos = (column: string) => `toString(toUnixTimestamp64Nano(p.${column}_at)) AS ${column}`;

/** `{runs:Array(UUID)}` of them; a run may have two. */
export const RUN_PERIODS = `
  SELECT toString(p.run_id) AS run_id, p.workflows AS workflows, p.any_workflow AS any_workflow,
    ${['first', 'last', 'first_received', 'last_received'].map(nanos).join(', ')}
  FROM ${DATABASE}.run_periods AS p WHERE p.run_id IN {runs:Array(UUID)}`;
