import { randomBytes } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { effectiveClass } from '../controls/call-reports.ts';
import type { JudgeContext } from '../controls/control.ts';
import { about, policyOf } from '../controls/rows.ts';
import type { Deps } from '../deps.ts';
import type { PageReads } from '../flags/page-reads.ts';
import { plainText } from '../records/plain-text.ts';
import { storeTime } from '../records/store-time.ts';
import type { Change, ControlState } from '../state/change.ts';
import { isoTime, seconds, timeText } from '../state/time.ts';
import { type ExecutedAction, executedActions } from './candidates.ts';
import { costOutliers } from './cost-outliers.ts';
import { FIRST_RUNS, type SamplingReason, samplingDraw, samplingReason, weekStart } from './rule.ts';

/** Chooses, among the class-2 actions of a page of runs, those that a person has to review. Choosing again chooses the same. */
export async function drawSamples(
  deps: Pick<Deps, 'store' | 'control'>,
  { reads, context }: { readonly reads: PageReads; readonly context: JudgeContext },
): Promise<number> {
  const actions = (await executedActions(reads)).filter((action) => effectiveClass(action, context) === 2);
  if (actions.length === 0) return 0;
  const secret = await samplingSecret(deps.control);
  const outliers = await costOutliers(deps, actions, { reads, context });
  return deps.control.change(async (change) => {
    let drawn = 0;
    // In the order of receipt, so that the weekly minimum falls on the same actions whoever evaluates.
    for (const action of actions.toSorted(byReceipt))
      if (await considerAction(change, deps.control, action, context, { secret, outliers })) drawn += 1;
    return drawn;
  });
}

const byReceipt = (a: ExecutedAction, b: ExecutedAction) =>
  Number(a.since - b.since) || a.seq - b.seq || (a.call_id < b.call_id ? -1 : 1);

async function considerAction(
  change: Change,
  control: ControlState,
  action: ExecutedAction,
  context: JudgeContext,
  { secret, outliers }: { readonly secret: string; readonly outliers: ReadonlySet<string> },
): Promise<boolean> {
  const policy = policyOf(action, context);
  if (policy?.review_cadence == null) return false;
  const { sample_rate, minimum_per_week, deadline_seconds, reviewers } = policy.review_cadence;
  const known = await change.db
    .selectFrom('samples')
    .select('sample_id')
    .where('run_id', '=', action.run_id)
    .where('call_id', '=', action.call_id)
    .executeTakeFirst();
  if (known !== undefined) return false;
  const candidate = { run_id: action.run_id, policy_version: policy.policy_version, seq: action.seq };
  const why = samplingReason(samplingDraw(secret, candidate), {
    ...{ sample_rate, minimum_per_week, outcome: action.outcome },
    cost_outlier: outliers.has(action.run_id),
    run_ordinal: await runOrdinal(change, action.run_id),
    sampled_this_week: await sampledInWeek(change, policy.workflow, action.since, minimum_per_week),
  });
  if (why === undefined) return false;
  await insertSample(change, control, action, context, {
    ...{ why, reviewers, policy_version: policy.policy_version },
    due_at: action.since + seconds(deadline_seconds),
  });
  return true;
}

/** Place of the run among those registered with its policy version, in the service's order; of later ones, that they are later. */
async function runOrdinal({ db }: Change, run_id: string): Promise<number | undefined> {
  const run = await db.selectFrom('runs').selectAll().where('run_id', '=', run_id).executeTakeFirst();
  if (run === undefined) return undefined;
  const first = await db
    .selectFrom('runs')
    .select('run_id')
    .where('workflow', '=', run.workflow)
    .where('policy_version', '=', run.policy_version)
    .where('registered_at', '<=', run.registered_at)
    .limit(FIRST_RUNS + 1)
    .execute();
  return first.length;
}

/** How many there are, up to `most`. */
async function sampledInWeek({ db }: Change, workflow: string, time: bigint, most: number): Promise<number> {
  if (most === 0) return 0;
  const start = weekStart(time);
  const samples = await db
    .selectFrom('samples')
    .select('sample_id')
    .where('workflow', '=', workflow)
    .where('sampled_at', '>=', timeText(start))
    .where('sampled_at', '<', timeText(start + seconds(7 * 86_400)))
    .limit(most)
    .execute();
  return samples.length;
}

async function insertSample(
  change: Change,
  control: ControlState,
  action: ExecutedAction,
  context: JudgeContext,
  chosen: { why: SamplingReason; reviewers: readonly string[]; policy_version: string; due_at: bigint },
): Promise<void> {
  const { run_id, call_id } = action;
  const tool = plainText(action.tool);
  const { workflow, owner, team } = about(action, context);
  const { why, reviewers, policy_version, due_at } = chosen;
  const sample_id = uuidv5(JSON.stringify(['sample', run_id, call_id]), control.writer);
  const scope = { run_id, workflow, policy_version, owner: owner || 'unknown', team: team || 'unknown' };
  const name = plainText(action.action) || 'unknown';
  await change.db
    .insertInto('samples')
    .values({
      ...scope,
      ...{ sample_id, call_id, tool, action: name, why, reviewers: JSON.stringify(reviewers) },
      ...{ sampled_at: timeText(change.now), due_at: timeText(due_at) },
    })
    .execute();
  const { hash } = await change.record(scope, {
    kind: 'sampled',
    ...{ call_id, tool, action_class: 2 },
    detail: { sample_id, why, due_at: isoTime(due_at), reviewers: [...reviewers] },
  });
  await change.row('samples', {
    ...scope,
    ...{ sample_id, call_id, tool, action: name, why, reviewers },
    ...{ sampled_at: storeTime(change.now), due_at: storeTime(due_at), record_hash: hash },
  });
}

const SECRET = 'sampling.secret';

/** The key of the draw: made once for an installation, 256 bits, and never shown. */
async function samplingSecret(control: ControlState): Promise<string> {
  const read = () =>
    control.db.selectFrom('state_values').select('value').where('name', '=', SECRET).executeTakeFirst();
  const known = await read();
  if (known !== undefined) return known.value;
  return control.change(async ({ db }) => {
    await db
      .insertInto('state_values')
      .values({ name: SECRET, value: randomBytes(32).toString('hex') })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const { value } = await db
      .selectFrom('state_values')
      .select('value')
      .where('name', '=', SECRET)
      .executeTakeFirstOrThrow();
    return value;
  });
}
