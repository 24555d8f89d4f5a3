import { BUDGET_PERIODS, type Severity } from '@tollgate/contract';
import { z } from 'zod';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { EXAMPLE_RUN, EXAMPLE_TIME, exampleRow } from './examples.ts';
import { RUNS_WITH_RARE_RECORDS } from './rare-records.ts';
import { about, claimed } from './rows.ts';

const row = z.object({
  ...claimed,
  period: z.enum(BUDGET_PERIODS),
  /** The run, the UTC day (2026-11-23) or the UTC month (2026-11). */
  name: z.string(),
  percent: z.coerce.number(),
  limit_usd: z.string(),
  spent_usd: z.string(),
});
type Row = z.output<typeof row>;

/** The warnings of the service's ledger; those of a day or month are in the chain of the workflow. */
const query = `
  SELECT toString(run_id) AS run_id, workflow, policy_version, owner, team,
         JSONExtractString(record, 'detail', 'limit') AS period, JSONExtractString(record, 'detail', 'name') AS name,
         JSONExtractUInt(record, 'detail', 'percent') AS percent,
         JSONExtractString(record, 'detail', 'limit_usd') AS limit_usd,
         JSONExtractString(record, 'detail', 'spent_usd') AS spent_usd,
         toString(toUnixTimestamp64Nano(t.time)) AS since
  FROM service_records AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND kind = 'budget_warned' AND JSONHas(record, 'detail', 'percent')`;

const example = (percent: number, changes: Partial<Row> = {}): Row => ({
  ...exampleRow(),
  ...{ period: 'per_run', name: EXAMPLE_RUN, percent, limit_usd: '1', spent_usd: '0.97' },
  ...changes,
});
const DAY = { period: 'per_day', name: '2026-09-21', limit_usd: '5' } as const;

export const budgetWarning = defineControl({
  control: 'budget_warning',
  severity: 'warning',
  description:
    'Spend reached a percentage of a limit that the workflow names: from 80 % a warning, from 95 % critical, below for information.',
  graceSeconds: 0,
  clears: 'the record of it is gone',
  query,
  suspects: RUNS_WITH_RARE_RECORDS,
  row,
  judge: (rows, context) =>
    [...Map.groupBy(rows, scopeOf).values()].flatMap((warnings) => newest(warnings, context)),
  scopes: (rows) => rows.map(scopeOf),
  examples: {
    passes: [{ name: 'far from every limit', rows: [] }],
    fails: [
      { name: 'half of a run’s limit', rows: [example(50)] },
      { name: 'each percentage of one limit is one finding', rows: [example(50), example(80), example(95)] },
      { name: 'a day', rows: [example(80, DAY)] },
      {
        name: 'a limit that was raised since is warned of anew, and less sharply',
        rows: [example(95, DAY), example(50, { ...DAY, limit_usd: '9', since: EXAMPLE_TIME + 1n })],
      },
    ],
  },
});

const scopeOf = ({ period, name, run_id, workflow }: Row): string =>
  period === 'per_run' ? run_id : `${workflow}/${period.slice('per_'.length)}/${name}`;

/** What an owner who looks has to look at first. */
const severityOf = (percent: number): Severity =>
  percent >= 95 ? 'critical' : percent >= 80 ? 'warning' : 'info';

/** Of one account, the highest percentage of the limit that holds now. */
function newest(warnings: readonly Row[], context: JudgeContext): Finding[] {
  const last = warnings.reduce((latest, each) => (each.since > latest.since ? each : latest));
  const [highest = last] = warnings
    .filter(({ limit_usd }) => limit_usd === last.limit_usd)
    .sort((a, b) => b.percent - a.percent);
  const { period, name, percent, limit_usd, spent_usd, workflow } = highest;
  const subject =
    period === 'per_run' ? 'The run' : `${workflow} in the ${period.slice('per_'.length)} ${name}`;
  return [
    {
      ...about(highest, context),
      scope: scopeOf(highest),
      run_id: period === 'per_run' ? highest.run_id : null,
      key: period,
      severity: severityOf(percent),
      summary: `${subject} has spent ${spent_usd} USD, more than ${percent} % of its limit of ${limit_usd}.`,
      evidence: { limit: period, name, percent, limit_usd, spent_usd },
    },
  ];
}
