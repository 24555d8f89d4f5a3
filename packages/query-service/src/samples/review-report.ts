import { z } from 'zod';
import { callsOf } from '../controls/coverage-units.ts';
import { listedClasses } from '../controls/listed-classes.ts';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import { type Sight, sightOf } from '../runs/sight.ts';
import { storeRange } from '../runs/time-range.ts';

const count = z.coerce.number().int();
const counts = {
  /** Chosen for review in the period: reviewed_in_time + reviewed_late + overdue + pending. */
  samples: count,
  reviewed_in_time: count,
  reviewed_late: count,
  /** Due, and without a review. */
  overdue: count,
  pending: count,
  /** By how much those that are late or overdue are (seconds); null where none is. */
  late_seconds_median: z.coerce.number().nullable(),
  late_seconds_most: z.coerce.number().nullable(),
  /** Reason → how many of the samples. */
  why: z.record(z.string(), count),
};

/** How a workflow's reviews went. */
export const reportAnswer = z.object({
  workflow: z.string(),
  /** Class-2 calls that began to run in the period, of which the samples are some. */
  actions: count,
  ...counts,
});
type ReportAnswer = z.output<typeof reportAnswer>;

const samplesRow = z.object({ workflow: z.string(), ...counts });
const actionsRow = z.object({ workflow: z.string(), actions: count });

const ASKED = `({workflow:String} = '' OR workflow = {workflow:String})`;

const actionsOf = (sight: Sight) =>
  `SELECT workflow, count() AS actions FROM (${callsOf(sight)}) WHERE class = 2 AND ${ASKED} GROUP BY workflow`;

const SAMPLES = `
  SELECT workflow, count() AS samples, countIf(state = 'in_time') AS reviewed_in_time, countIf(state = 'late') AS reviewed_late,
    countIf(state = 'overdue') AS overdue, countIf(state = 'pending') AS pending,
    if(samples = reviewed_in_time + pending, NULL, quantileExactIf(0.5)(late, state IN ('late', 'overdue'))) AS late_seconds_median,
    if(samples = reviewed_in_time + pending, NULL, maxIf(late, state IN ('late', 'overdue'))) AS late_seconds_most,
    sumMap(map(reason, toUInt64(1))) AS why
  FROM (
    SELECT s.workflow AS workflow, s.team AS team, s.why AS reason,
      multiIf(v.reviews > 0, if(v.first <= s.due_at, 'in_time', 'late'), s.due_at < {now:DateTime64(9, 'UTC')}, 'overdue', 'pending') AS state,
      dateDiff('second', s.due_at, if(v.reviews > 0, v.first, {now:DateTime64(9, 'UTC')})) AS late
    FROM (
      SELECT sample_id, any(t.workflow) AS workflow, any(t.team) AS team, any(t.why) AS why, any(t.due_at) AS due_at
      FROM samples AS t
      WHERE t.sampled_at >= {from:DateTime64(9, 'UTC')} AND t.sampled_at < {to:DateTime64(9, 'UTC')} GROUP BY sample_id) AS s
    LEFT JOIN (SELECT sample_id, count() AS reviews, min(reviewed_at) AS first FROM reviews GROUP BY sample_id) AS v
      ON v.sample_id = s.sample_id)
  WHERE ({every:Bool} OR team IN {teams:Array(String)}) AND ${ASKED}
  GROUP BY workflow`;

interface ReportQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly workflow?: string | undefined;
}

/** Coverage and lateness of reviews in a period, by workflow. */
export async function readReviewReport(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
  identity: Identity,
  { from, to, workflow = '' }: ReportQuery,
): Promise<readonly ReportAnswer[]> {
  const teams = visibleTeams(identity);
  const sight = await sightOf(deps, identity);
  const params = {
    ...storeRange({ from, to }),
    ...{ workflow, every: teams === undefined, teams: teams ?? [], ...sight.params },
    ...{ now: storeTime(deps.clock()), listed: await listedClasses(deps) },
  };
  const actions = await select(deps, actionsRow, actionsOf(sight), params);
  const samples = await select(deps, samplesRow, SAMPLES, params);
  const of = new Map(samples.map((each) => [each.workflow, each]));
  const ran = new Map(actions.map((each) => [each.workflow, each.actions]));
  return [...new Set([...ran.keys(), ...of.keys()])].sort().map((name) => ({
    ...(of.get(name) ?? { ...NONE, workflow: name }),
    actions: ran.get(name) ?? 0,
  }));
}

const NONE = {
  ...{ samples: 0, reviewed_in_time: 0, reviewed_late: 0, overdue: 0, pending: 0 },
  ...{ late_seconds_median: null, late_seconds_most: null, why: {} },
};
