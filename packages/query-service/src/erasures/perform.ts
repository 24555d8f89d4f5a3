import type { Disposal } from '@tollgate/clickhouse';
import type { Deps } from '../deps.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { timeText } from '../state/time.ts';
import { callsOfSpan, eraseApprovals } from './approvals.ts';
import { inTheWay } from './in-the-way.ts';
import { storeTarget } from './target.ts';

type Erasure = ControlTables['erasures'];
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
  for (const erasure of running) {
    while (await eraseSome(deps, disposal, erasure));
    await deps.control.scrub();
    await finish(deps, erasure);
  }
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
  if (run_ids.length > 0) {
    const { asked_by: by, reason } = erasure;
    const erased = await disposal.erase(storeTarget(erasure, run_ids), { by, reason });
    await deps.control.change(async ({ db }) => {
      // A hold that was set after the record was written: the store keeps what it still has.
      if (erased.kind === 'held') return setState(db, erasure_id, erased.runs, 'held');
      await setState(db, erasure_id, run_ids, 'erased');
      await add(db, erasure_id, erased);
    });
  }
  return next.length > 0;
}

/** Erases in the control state, and records it, but for what has come in the way since it was asked for; gives those. */
async function noteSome(
  deps: Performing,
  erasure: Erasure,
  run_ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { held, open } = await inTheWay(deps, run_ids);
  const stopped = new Set([...held, ...open]);
  const left = run_ids.filter((run_id) => !stopped.has(run_id));
  if (run_ids.length === 0) return stopped;
  const { erasure_id, run_id, trace_id, span_id } = erasure;
  const call_ids =
    run_id !== null && trace_id !== null && span_id !== null
      ? await callsOfSpan(deps, { run_id, trace_id, span_id })
      : undefined;
  await deps.control.change(async (change) => {
    await setState(change.db, erasure_id, held, 'held');
    await setState(change.db, erasure_id, open, 'open');
    for (const each of left) {
      const approvals = await eraseApprovals(change.db, { run_ids: [each], call_ids });
      await record(change, erasure, each, approvals);
      await add(change.db, erasure_id, { approvals });
    }
    await setState(change.db, erasure_id, left, 'noted');
  });
  return stopped;
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
  const runs = await deps.control.db
    .selectFrom('erasure_runs')
    .select(['run_id', 'state'])
    .where('erasure_id', '=', erasure_id)
    .execute();
  const erased = runs.filter(({ state }) => state === 'erased').map((run) => run.run_id);
  const elsewhere: Record<string, Readonly<Record<string, number>>> = {};
  for (const place of deps.elsewhere) elsewhere[place.name] = await place.erase(erased);
  await deps.control.change(async (change) => {
    const row = await change.db
      .updateTable('erasures')
      .set({
        state: 'finished',
        finished_at: timeText(change.now),
        elsewhere: JSON.stringify(elsewhere),
      })
      .where('erasure_id', '=', erasure_id)
      .returning(['spans', 'quarantined', 'approvals'])
      .executeTakeFirstOrThrow();
    await change.record(installationLedger(deps.control, asked_by), {
      kind: 'erasure_finished',
      actor: asked_by,
      detail: {
        ...{ erasure_id, of: kind, reason, runs: erased.length, ...row, elsewhere },
        left: runs.length - erased.length,
        ...(run_id === null ? {} : { run_id }),
      },
    });
  });
}

async function setState(
  db: Change['db'],
  erasure_id: string,
  run_ids: readonly string[],
  state: ControlTables['erasure_runs']['state'],
): Promise<void> {
  if (run_ids.length === 0) return;
  await db
    .updateTable('erasure_runs')
    .set({ state })
    .where('erasure_id', '=', erasure_id)
    .where('run_id', 'in', run_ids)
    .execute();
}

async function add(
  db: Change['db'],
  erasure_id: string,
  {
    spans = 0,
    quarantined = 0,
    approvals = 0,
  }: Partial<Pick<Erasure, 'spans' | 'quarantined' | 'approvals'>>,
): Promise<void> {
  await db
    .updateTable('erasures')
    .set(({ eb }) => ({
      spans: eb('spans', '+', spans),
      quarantined: eb('quarantined', '+', quarantined),
      approvals: eb('approvals', '+', approvals),
    }))
    .where('erasure_id', '=', erasure_id)
    .execute();
}
