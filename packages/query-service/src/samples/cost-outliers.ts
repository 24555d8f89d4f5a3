import { addUsd, compareUsd, multiplyUsd } from '@tollgate/contract';
import { z } from 'zod';
import type { JudgeContext } from '../controls/control.ts';
import { COUNTED_CALLS, countedCalls } from '../controls/counted-calls.ts';
import { about } from '../controls/rows.ts';
import type { Deps } from '../deps.ts';
import type { PageReads } from '../flags/page-reads.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';
import { seconds, timeText } from '../state/time.ts';
import type { ExecutedAction } from './candidates.ts';

/** A run is an outlier where it cost more than this many times what a run of its workflow costs on average. */
export const OUTLIER_FACTOR = 4;
/** With fewer runs behind it, an average says nothing. */
export const RUNS_BEHIND_AN_AVERAGE = 20;
/** Over how long the average is taken. */
const WINDOW = seconds(28 * 86_400);

/**
 * Among the runs of these actions, those that cost far more than is usual for their workflow. What the calls cost is what
 * the evidence shows, what is unpriced is not in it, and how many runs there were is what the service registered. The
 * run itself is part of the average.
 */
export async function costOutliers(
  deps: Pick<Deps, 'store' | 'control'>,
  actions: readonly ExecutedAction[],
  { reads, context }: { readonly reads: PageReads; readonly context: JudgeContext },
): Promise<ReadonlySet<string>> {
  const workflows = new Map(actions.map((action) => [action.run_id, about(action, context).workflow]));
  const usual = await usualCosts(deps, [...new Set(workflows.values())], context.now);
  const runs = [...workflows].filter(([, workflow]) => usual.has(workflow)).map(([run_id]) => run_id);
  if (runs.length === 0) return new Set();
  const costs = new Map<string, string>();
  for (const { run_id, spent } of z.array(countedCalls).parse(await reads.rows(COUNTED_CALLS)))
    costs.set(run_id, addUsd(costs.get(run_id) ?? '0', spent));
  return new Set(
    runs.filter((run_id) => isOutlier(costs.get(run_id), usual.get(workflows.get(run_id) ?? ''))),
  );
}

/** What all runs of a workflow cost together (USD), and how many there were. */
interface Usual {
  readonly usd: string;
  readonly runs: number;
}

/** Whether a run cost more than so many times the average. Exact, without a division. Pure. */
export function isOutlier(cost: string | undefined, usual: Usual | undefined): boolean {
  if (cost === undefined || usual === undefined || usual.runs < RUNS_BEHIND_AN_AVERAGE) return false;
  return compareUsd(multiplyUsd(cost, usual.runs), multiplyUsd(usual.usd, OUTLIER_FACTOR)) > 0;
}

const row = z.object({ workflow: z.string(), usd: z.string() });

const QUERY = `
  SELECT c.workflow AS workflow, toString(sum(c.cost)) AS usd
  FROM counted_costs(from = {from:String}, to = {to:String}) AS c
  WHERE c.workflow IN {workflows:Array(String)} GROUP BY c.workflow`;

const DAY = 86_400_000_000_000n;

/** How long an average holds: it is over weeks, and judging must not read weeks of costs for each page of runs. */
const AVERAGE_HOLDS = seconds(300);
/** By workflow; undefined where there are too few runs. */
type Averages = Map<string, { readonly until: bigint; readonly usual: Usual | undefined }>;
const averages = new WeakMap<Deps['store'], Averages>();

/** The averages of some workflows, at most five minutes old. */
async function usualCosts(
  deps: Pick<Deps, 'store' | 'control'>,
  workflows: readonly string[],
  now: bigint,
): Promise<ReadonlyMap<string, Usual>> {
  const known: Averages = averages.get(deps.store) ?? new Map();
  averages.set(deps.store, known);
  const wanted = workflows.filter((workflow) => (known.get(workflow)?.until ?? 0n) <= now);
  if (wanted.length > 0) {
    const read = await readUsualCosts(deps, wanted, now);
    for (const workflow of wanted)
      known.set(workflow, { until: now + AVERAGE_HOLDS, usual: read.get(workflow) });
  }
  return new Map(
    workflows.flatMap((workflow) => {
      const usual = known.get(workflow)?.usual;
      return usual === undefined ? [] : [[workflow, usual] as const];
    }),
  );
}

/** Of the workflows with runs enough: what they cost in the days up to now, today included. */
async function readUsualCosts(
  deps: Pick<Deps, 'store' | 'control'>,
  workflows: readonly string[],
  now: bigint,
): Promise<ReadonlyMap<string, Usual>> {
  const from = now - (now % DAY) - WINDOW;
  const counts = await deps.control.db
    .selectFrom('runs')
    .select(({ fn }) => ['workflow', fn.countAll<number>().as('count')])
    .where('workflow', 'in', workflows)
    .where('registered_at', '>=', timeText(from))
    .groupBy('workflow')
    .execute();
  const enough = new Map(
    counts
      .filter(({ count }) => Number(count) >= RUNS_BEHIND_AN_AVERAGE)
      .map(({ workflow, count }) => [workflow, Number(count)]),
  );
  if (enough.size === 0) return new Map();
  const range = { from: storeTime(from), to: storeTime(now - (now % DAY) + DAY) };
  const costs = await select(deps, row, QUERY, { ...range, workflows: [...enough.keys()] });
  return new Map(costs.map(({ workflow, usd }) => [workflow, { usd, runs: enough.get(workflow) ?? 0 }]));
}
