import type { Disposal } from '@tollgate/clickhouse';
import type { Deps } from '../deps.ts';
import { periodsOf } from '../holds/held-among.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import { callsOfSpan, eraseApprovals } from './approvals.ts';
import { inTheWay } from './in-the-way.ts';
import { add, type Erasure, erasedRuns, setState } from './progress.ts';
import { storeTarget } from './target.ts';

type Performing = Pick<Deps, 'control' | 'store' | 'clock' | 'logger' | 'elsewhere'>;

/** Runs in one step: one rewriting of the parts that hold them. */
const AT_ONCE = 100;

/**
 * Carries out what was asked for and is not finished, some runs at a time: first they go from the control state, with a record
 * in each run's chain, in one transaction; then from the store; at the end from everywhere else. Each step may be
 * repeated, so whatever ends this process, the next goes on.
 */
export async function performErasures(deps: Performing): Promise<void> {
  const { disposal } = deps.store;
  if (disposal === undefined) return;
  const running = await deps.control.db
    .selectFrom('erasures')
    .selectAll()
    .where('state', '=', 'running')
    .execute();
  const failures: unknown[] = [];
  // One that fails does not hold up the others.
  for (const erasure of running)
    await carryOut(deps, disposal, erasure).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function carryOut(deps: Performing, disposal: Disposal, erasure: Erasure): Promise<void> {
  while (await eraseSome(deps, disposal, erasure));
  await deps.control.scrub();
  const run_ids = await erasedRuns(deps, erasure);
  if (!(await eraseElsewhere(deps, erasure, run_ids))) return;
  // What waited elsewhere when the store was emptied is stored by now: of it, the quarantine may have got something.
  await eraseStored(deps, disposal, erasure, run_ids);
  await finish(deps, erasure);
}

/** @returns whether there was anything left to do */
async function eraseSome(deps: Performing, disposal: Disposal, erasure: Erasure): Promise<boolean> {
  const { erasure_id } = erasure;
  const next = await deps.control.db
    .selectFrom('erasure_runs')
    .select(['run_id', 'state'])
    .where('erasure_id', '=', erasure_id)
    .where('state', 'in', ['noted', 'waiting'])
    .limit(AT_ONCE)
    .execute();
  const waiting = next.flatMap(({ run_id, state }) => (state === 'waiting' ? [run_id] : []));
  const stopped = await noteSome(deps, erasure, waiting);
  const run_ids = next.map(({ run_id }) => run_id).filter((run_id) => !stopped.has(run_id));
  await eraseStored(deps, disposal, erasure, run_ids);
  return next.length > 0;
}

async function eraseStored(
  deps: Performing,
  disposal: Disposal,
  erasure: Erasure,
  run_ids: readonly string[],
): Promise<void> {
  if (run_ids.length === 0) return;
  const { erasure_id, asked_by: by, reason } = erasure;
  const erased = await disposal.erase(storeTarget(erasure, run_ids), { by, reason });
  await deps.control.change(async ({ db }) => {
    // A hold that was set after the record was written: the store keeps what it still has.
    if (erased.kind === 'held') return setState(db, erasure_id, erased.runs, 'held');
    await setState(db, erasure_id, run_ids, 'erased');
    await add(db, erasure_id, erased);
  });
  // It has erased nothing then, of the others neither.
  const held = new Set(erased.kind === 'held' ? erased.runs : run_ids);
  await eraseStored(
    deps,
    disposal,
    erasure,
    run_ids.filter((run_id) => !held.has(run_id)),
  );
}

/** @returns whether nothing is left anywhere; where something is, it is asked again, and the erasure is not finished */
async function eraseElsewhere(
  deps: Performing,
  { erasure_id }: Erasure,
  run_ids: readonly string[],
): Promise<boolean> {
  const elsewhere: Record<string, Readonly<Record<string, number>>> = {};
  for (const place of deps.elsewhere) elsewhere[place.name] = await place.erase(run_ids);
  await deps.control.change(({ db }) =>
    db
      .updateTable('erasures')
      .set({ elsewhere: JSON.stringify(elsewhere) })
      .where('erasure_id', '=', erasure_id)
      .execute(),
  );
  return Object.values(elsewhere).every(({ left = 0 }) => left === 0);
}

/** Erases in the control state, and records it, but for what has come in the way since it was asked for; gives those. */
async function noteSome(
  deps: Performing,
  erasure: Erasure,
  run_ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (run_ids.length === 0) return new Set();
  const periods = await periodsOf(deps, run_ids);
  const { erasure_id, run_id, trace_id, span_id } = erasure;
  const call_ids =
    run_id !== null && trace_id !== null && span_id !== null
      ? await callsOfSpan(deps, { run_id, trace_id, span_id })
      : undefined;
  return deps.control.change(async (change) => {
    // Asked here, so that no hold and no request comes in between.
    const { held, open } = await inTheWay(change, run_ids, periods);
    const stopped = new Set([...held, ...open]);
    const left = run_ids.filter((run_id) => !stopped.has(run_id));
    await setState(change.db, erasure_id, held, 'held');
    await setState(change.db, erasure_id, open, 'open');
    for (const each of left) {
      const approvals = await eraseApprovals(change.db, { run_ids: [each], call_ids });
      await record(change, erasure, each, approvals);
      await add(change.db, erasure_id, { approvals });
    }
    await setState(change.db, erasure_id, left, 'noted');
    return stopped;
  });
}

/** In the run's own chain; a run that the service never registered has none, and is named by the installation's at the end. */
async function record(
  change: Change,
  { erasure_id, kind, asked_by, span_id }: Erasure,
  run_id: string,
  approvals: number,
) {
  const run = await change.db
    .selectFrom('runs')
    .select(['run_id', 'workflow', 'policy_version', 'owner', 'team'])
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  if (run === undefined) return;
  const detail = { erasure_id, of: kind, approvals, ...(span_id === null ? {} : { span_id }) };
  await change.record(run, { kind: 'content_erased', actor: asked_by, detail });
}

async function finish(deps: Performing, { erasure_id, kind, asked_by, run_id, reason }: Erasure) {
  await deps.control.change(async (change) => {
    const runs = await change.db
      .selectFrom('erasure_runs')
      .select('state')
      .where('erasure_id', '=', erasure_id)
      .execute();
    const { elsewhere, ...row } = await change.db
      .updateTable('erasures')
      .set({ state: 'finished', finished_at: timeText(change.now) })
      .where('erasure_id', '=', erasure_id)
      .returning(['spans', 'quarantined', 'approvals', 'elsewhere'])
      .executeTakeFirstOrThrow();
    const erased = runs.filter(({ state }) => state === 'erased').length;
    await change.record(installationLedger(deps.control, asked_by), {
      kind: 'erasure_finished',
      actor: asked_by,
      detail: {
        ...{ erasure_id, of: kind, reason, runs: erased, ...row, left: runs.length - erased },
        elsewhere: JSON.parse(elsewhere ?? '{}'),
        ...(run_id === null ? {} : { run_id }),
      },
    });
  });
}
