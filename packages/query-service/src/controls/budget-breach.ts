import { addUsd, compareUsd, type Requirements, subtractUsd } from '@tollgate/contract';
import { z } from 'zod';
import { seconds } from '../state/time.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_POLICY, EXAMPLE_RESUMED_RUN, EXAMPLE_RUN, EXAMPLE_TIME } from './examples.ts';
import { nanoseconds } from './rows.ts';

const PERIODS = ['run', 'day', 'month'] as const;
type Period = (typeof PERIODS)[number];

const row = z.object({
  period: z.enum(PERIODS),
  /** The run, the UTC day (2026-11-23) or the UTC month (2026-11). */
  name: z.string(),
  workflow: z.string(),
  owner: z.string(),
  team: z.string(),
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
 * Spend of each run, and of each day and month that one of the runs spent in, over all runs of the workflow: the runs from
 * rows, days and months as every answer about costs has them. A call of a closed day is known since it was made.
 */
const query = `
  WITH touched AS (
    SELECT DISTINCT m.workflow AS workflow, toYYYYMM(m.start, 'UTC') AS month
    FROM model_calls AS m WHERE m.run_id IN {runs:Array(UUID)} AND m.workflow != '')
  SELECT 'run' AS period, toString(c.run_id) AS name, any(toString(c.workflow)) AS workflow, any(toString(c.owner)) AS owner, any(toString(c.team)) AS team,
         toString(sum(ifNull(c.cost, toDecimal128(0, 15)))) AS spent, count() AS calls, countIf(c.cost IS NULL) AS unpriced_calls,
         toString(toUnixTimestamp64Nano(max(c.start))) AS last, toString(toUnixTimestamp64Nano(max(c.received_at))) AS since
  FROM counted_model_calls AS c WHERE c.run_id IN {runs:Array(UUID)}
  GROUP BY c.run_id
  UNION ALL
  SELECT part.1 AS period, part.2 AS name, toString(d.workflow) AS workflow, any(toString(d.owner)) AS owner, any(toString(d.team)) AS team,
         toString(sum(d.cost)) AS spent, sum(d.calls) AS calls, sum(d.unpriced_calls) AS unpriced_calls,
         toString(toUnixTimestamp64Nano(max(d.last_start))) AS last,
         toString(toUnixTimestamp64Nano(least(max(d.last_start), now64(9, 'UTC')))) AS since
  FROM counted_costs(from = '1970-01-01 00:00:00', to = '2262-01-01 00:00:00') AS d
  ARRAY JOIN [('day', toString(d.day)), ('month', formatDateTime(d.day, '%Y-%m'))] AS part
  WHERE (d.workflow, toYYYYMM(d.day)) IN (SELECT workflow, month FROM touched)
  GROUP BY d.workflow, part`;

const example = (changes: Partial<Row> = {}): Row => ({
  ...{ period: 'run', name: EXAMPLE_RUN, workflow: EXAMPLE_POLICY.workflow },
  ...{ owner: EXAMPLE_POLICY.owner.email, team: EXAMPLE_POLICY.team },
  ...{ spent: '1', calls: 3, unpriced_calls: 0, last: EXAMPLE_TIME, since: EXAMPLE_TIME },
  ...changes,
});

export const budgetBreach = defineControl({
  control: 'budget_breach',
  severity: 'critical',
  description:
    'What a run, and all runs of a workflow in a UTC day or month, spent lies within the budget of the registered policy, and what a run spent is in the ledger. Unpriced calls are not in the sum and are named beside it.',
  graceSeconds: 0,
  clears: 'the spend counts as less now, or the limit of the policy in force is higher',
  query,
  row,
  judge: (rows, context) => rows.flatMap((each) => [...judgeOne(each, context), ...driftOf(each, context)]),
  scopes: (rows) => rows.map(scopeOf),
  examples: {
    passes: [
      { name: 'exactly at the limit', rows: [example({ spent: '1.000000000000000' })] },
      {
        name: 'a day within its limit',
        rows: [example({ period: 'day', name: '2026-09-21', spent: '4.99' })],
      },
      {
        name: 'what the ledger has, or less',
        rows: [example({ name: EXAMPLE_RESUMED_RUN, spent: '0.500000000000000' })],
      },
      {
        name: 'unpriced calls break nothing by themselves',
        rows: [example({ spent: '0', unpriced_calls: 3 })],
      },
    ],
    fails: [
      { name: 'a run a fraction over', rows: [example({ spent: '1.000000000000001' })] },
      { name: 'a day', rows: [example({ period: 'day', name: '2026-09-21', spent: '5.01' })] },
      {
        name: 'more in the evidence than in the ledger',
        rows: [example({ name: EXAMPLE_RESUMED_RUN, spent: '0.500000001' })],
      },
      { name: 'a month', rows: [example({ period: 'month', name: '2026-09', spent: '20.5' })] },
    ],
  },
});

const scopeOf = ({ period, name, workflow }: Row) =>
  period === 'run' ? name : `${workflow}/${period}/${name}`;

const limitOf = (policy: Requirements, period: Period) =>
  ({
    run: policy.budget_limit.per_run,
    day: policy.budget_limit.per_day,
    month: policy.budget_limit.per_month,
  })[period];

function judgeOne(each: Row, context: JudgeContext): Finding[] {
  const run = each.period === 'run' ? context.run(each.name) : undefined;
  const policy =
    (run && context.policies.at(run.workflow, run.policy_version)) ??
    context.policies.inForce(each.workflow, each.last);
  const limit = policy && limitOf(policy, each.period);
  // The wire drops nothing, but a sum of scale 15 comes with zeros behind it.
  const spent = addUsd(each.spent);
  if (policy === undefined || limit === undefined || compareUsd(spent, limit) <= 0) return [];
  return [
    {
      scope: scopeOf(each),
      key: each.period,
      run_id: each.period === 'run' ? each.name : null,
      workflow: each.workflow,
      owner: policy.owner.email,
      team: policy.team,
      since: each.since,
      summary: `${subject(each)} spent ${spent} USD, ${subtractUsd(spent, limit)} over its limit of ${limit}${unpriced(each)}.`,
      evidence: {
        ...{ period: each.period, name: each.name, spent_usd: spent, limit_usd: limit },
        ...{ calls: each.calls, unpriced_calls: each.unpriced_calls },
      },
    },
  ];
}

/** A process settles as it goes, and all of it when its run ends. */
const SETTLED_WITHIN = seconds(120);
const MENDED_WITHIN = seconds(86_400);
const RECHECKED_EVERY = seconds(60);

/** The ledger rules, so what was spent past it is a finding: a call without a lease, or a settlement that is too low. */
function driftOf(each: Row, context: JudgeContext): Finding[] {
  const ledger = each.period === 'run' ? context.ledger(each.name) : undefined;
  const run = context.run(each.name);
  const spent = addUsd(each.spent);
  if (ledger === undefined || run === undefined || compareUsd(spent, ledger) <= 0) return [];
  const { workflow, owner, team } = run;
  return [
    {
      ...{ scope: scopeOf(each), key: 'drift', run_id: each.name, workflow, owner, team },
      since: each.since + SETTLED_WITHIN,
      // A settlement leaves nothing in the store that would have the run judged again.
      ...(context.now < each.since + MENDED_WITHIN ? { recheck_at: context.now + RECHECKED_EVERY } : {}),
      severity: 'warning',
      summary: `The evidence of the run shows ${spent} USD, ${subtractUsd(spent, ledger)} more than its process settled with the ledger.`,
      evidence: { spent_usd: spent, ledger_usd: ledger, calls: each.calls },
    },
  ];
}

const subject = ({ period, name, workflow }: Row) =>
  period === 'run' ? 'The run' : `${workflow} in ${period === 'day' ? 'the day' : 'the month'} ${name}`;

const unpriced = ({ unpriced_calls, calls }: Row) =>
  unpriced_calls === 0 ? '' : `, with ${unpriced_calls} of its ${calls} calls unpriced and not in the sum`;
