import { z } from 'zod';
import { budgetBreach } from './budget-breach.ts';
import { defineControl } from './control.ts';
import { EXAMPLE_POLICY, EXAMPLE_TIME } from './examples.ts';
import { overLimit } from './over-limit.ts';
import { nanoseconds } from './rows.ts';

const row = z.object({
  period: z.enum(['day', 'month']),
  /** The UTC day (2026-11-23) or the UTC month (2026-11). */
  name: z.string(),
  workflow: z.string(),
  /** Exact decimal text; the priced calls only. */
  spent: z.string(),
  calls: z.coerce.number(),
  unpriced_calls: z.coerce.number(),
  /** When the last call of the period began (ns): decides which policy version's limit holds. */
  last: nanoseconds,
  since: nanoseconds,
});
type Row = z.output<typeof row>;

/**
 * What workflows spent in months, and in each of their days, as every answer about costs has it: `workflows` and `months` (202611)
 * go in pairs, and all months lie in `from` to `to`. A call of a closed day is known since it was made.
 */
const query = `
  SELECT part.1 AS period, part.2 AS name, toString(d.workflow) AS workflow,
         toString(sum(d.cost)) AS spent, sum(d.calls) AS calls, sum(d.unpriced_calls) AS unpriced_calls,
         toString(toUnixTimestamp64Nano(max(d.last_start))) AS last,
         toString(toUnixTimestamp64Nano(least(max(d.last_start), now64(9, 'UTC')))) AS since
  FROM counted_costs(from = {from:String}, to = {to:String}) AS d
  ARRAY JOIN [('day', toString(d.day)), ('month', formatDateTime(d.day, '%Y-%m'))] AS part
  WHERE has(arrayZip({workflows:Array(String)}, {months:Array(UInt32)}), (toString(d.workflow), toYYYYMM(d.day)))
  GROUP BY d.workflow, part`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...{ period: 'day', name: '2026-09-21', workflow: EXAMPLE_POLICY.workflow },
  ...{ spent: '1', calls: 3, unpriced_calls: 0, last: EXAMPLE_TIME, since: EXAMPLE_TIME },
  ...changes,
});

/** The part of `budget_breach` that is about days and months: no run is judged by it, and it reads what all of them spent. */
export const periodBudgets = defineControl({
  control: budgetBreach.control,
  severity: budgetBreach.severity,
  description: budgetBreach.description,
  graceSeconds: budgetBreach.graceSeconds,
  clears: budgetBreach.clears,
  query,
  row,
  judge: (rows, context) =>
    rows.flatMap((each) => {
      const policy = context.policies.inForce(each.workflow, each.last);
      const limit = each.period === 'day' ? policy?.budget_limit.per_day : policy?.budget_limit.per_month;
      if (policy === undefined || limit === undefined) return [];
      const subject = `${each.workflow} in the ${each.period} ${each.name}`;
      return overLimit({ ...each, scope: scopeOf(each), subject }, policy, limit);
    }),
  scopes: (rows) => rows.map(scopeOf),
  examples: {
    passes: [
      { name: 'a day within its limit', rows: [example({ spent: '4.99' })] },
      { name: 'exactly at the limit', rows: [example({ spent: '5.000000000000000' })] },
    ],
    fails: [
      { name: 'a day', rows: [example({ spent: '5.01' })] },
      { name: 'a month', rows: [example({ period: 'month', name: '2026-09', spent: '20.5' })] },
    ],
  },
});

const scopeOf = ({ period, name, workflow }: Row) => `${workflow}/${period}/${name}`;
