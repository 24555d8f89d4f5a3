import { FINAL_STATUSES, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { costAnswer, NO_COST, runCosts } from '../costs/run-costs.ts';
import type { Deps } from '../deps.ts';
import { evaluationTables } from '../flags/tables.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { seesTeam, visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { storeTime } from '../records/store-time.ts';
import { isoTime } from '../state/time.ts';
import { type RunFilter, runConditions } from './filters.ts';
import { select } from './select.ts';
import { MAY_HAVE_STARTED, sliceParams, slicesOf } from './slices.ts';
import { startedRange } from './started-range.ts';
import { rangeOf, storeRange } from './time-range.ts';

/** `unsealed`: no final status has arrived. */
export const RUN_STATUSES = [...FINAL_STATUSES, 'unsealed'] as const;

/** A run as the API shows it: what the service registered, beside what the agent's evidence claims. */
export const runAnswer = z.object({
  run_id: z.string(),
  workflow: z.string(),
  policy_version: z.string(),
  owner: z.string(),
  team: z.string(),
  /** The ingest key's principal. */
  principal: z.string(),
  /** Null where the service never registered the run. */
  initiator: z.string().nullable(),
  initiator_verified: z.boolean().nullable(),
  registered: z.boolean(),
  /** False for plain spans of other instrumentation, where a run is a trace. */
  governed: z.boolean(),
  status: z.string(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  spans: z.int(),
  cost: costAnswer,
  open_flags: z.int(),
});
type RunAnswer = z.output<typeof runAnswer>;

const row = z.object({
  run_id: z.string(),
  workflow: z.string(),
  policy_version: z.string(),
  owner: z.string(),
  team: z.string(),
  principal: z.string(),
  initiator: z.string(),
  initiator_verified: z.coerce.boolean(),
  registered: z.coerce.boolean(),
  governed: z.coerce.boolean(),
  status: z.string(),
  started: z.coerce.bigint(),
  ended: z.coerce.bigint().nullable(),
  spans: z.coerce.number(),
});
type Row = z.output<typeof row>;

const COLUMNS = `
  toString(r.run_id) AS run_id, r.workflow AS workflow, r.policy_version AS policy_version, r.owner AS owner,
  r.team AS team, r.principal AS principal, r.initiator AS initiator, r.initiator_verified AS initiator_verified,
  r.registered AS registered, r.governed AS governed, r.final_status AS status, r.spans AS spans,
  toString(toUnixTimestamp64Nano(r.started_at)) AS started, toString(toUnixTimestamp64Nano(r.ended_at)) AS ended`;

interface RunQuery extends RunFilter {
  readonly status?: (typeof RUN_STATUSES)[number] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Runs that started in a range, the newest first. */
export async function listRuns(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  { limit, cursor, from, to, status, ...filter }: RunQuery,
): Promise<{ items: RunAnswer[]; next_cursor: string | null }> {
  const teams = visibleTeams(identity);
  const after =
    cursor === undefined
      ? undefined
      : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/), z.guid()]));
  const conditions = [
    `r.started_at >= {slice_from:DateTime64(9, 'UTC')} AND r.started_at < {slice_to:DateTime64(9, 'UTC')}`,
    MAY_HAVE_STARTED,
    ...(status === undefined ? [] : ['r.final_status = {status:String}']),
    ...runConditions(filter),
    ...(teams === undefined ? [] : ['r.team IN {teams:Array(String)}']),
    ...(after === undefined ? [] : [`(r.started_at, r.run_id) < ({at:DateTime64(9, 'UTC')}, {id:UUID})`]),
  ];
  const query = `SELECT ${COLUMNS} FROM runs AS r WHERE ${conditions.join(' AND ')}
    ORDER BY r.started_at DESC, r.run_id DESC LIMIT {limit:UInt32}`;
  const params = {
    ...{ ...filter, status, teams: teams ?? [] },
    ...storeRange({ from, to }),
    ...(after === undefined ? {} : { at: storeTime(after[0]), id: after[1] }),
  };
  const rows: Row[] = [];
  const { range, ofRuns } = await startedRange(deps, rangeOf({ from, to }), after?.[0]);
  for (const slice of slicesOf(range, ofRuns(2 * limit))) {
    const left = limit + 1 - rows.length;
    rows.push(...(await select(deps, row, query, { ...params, ...sliceParams(slice), limit: left })));
    if (rows.length > limit) break;
  }
  const page = pageOf(rows, limit, ({ started, run_id }) => [started.toString(), run_id]);
  return { ...page, items: await withFigures(deps, page.items) };
}

/** @throws TollgateError `not_found` where there is none, or it is another team's */
export async function readRun(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  run_id: string,
): Promise<RunAnswer> {
  const query = `SELECT ${COLUMNS} FROM runs AS r WHERE r.run_id = {run_id:UUID}`;
  const [found] = await withFigures(deps, await select(deps, row, query, { run_id }));
  if (found === undefined || !seesTeam(identity, found.team)) throw new TollgateError('not_found');
  return found;
}

/** Costs and open flags of some runs, in one read each. */
async function withFigures(
  deps: Pick<Deps, 'store' | 'control'>,
  rows: readonly Row[],
): Promise<RunAnswer[]> {
  const ids = rows.map(({ run_id }) => run_id);
  const [costs, flags] = [await runCosts(deps, ids), await openFlags(deps, ids)];
  return rows.map(({ started, ended, initiator, initiator_verified, ...each }) => ({
    ...each,
    initiator: each.registered ? initiator : null,
    initiator_verified: each.registered ? initiator_verified : null,
    started_at: isoTime(started),
    ended_at: ended === null ? null : isoTime(ended),
    cost: costs.get(each.run_id) ?? NO_COST,
    open_flags: flags.get(each.run_id) ?? 0,
  }));
}

async function openFlags(
  { control }: Pick<Deps, 'control'>,
  runs: readonly string[],
): Promise<Map<string, number>> {
  if (runs.length === 0) return new Map();
  const rows = await evaluationTables(control.db)
    .selectFrom('flags')
    .select(['run_id', ({ fn }) => fn.countAll<number>().as('flags')])
    .where('run_id', 'in', runs)
    .where('state', 'in', ['open', 'acknowledged'])
    .groupBy('run_id')
    .execute();
  return new Map(rows.flatMap(({ run_id, flags }) => (run_id === null ? [] : [[run_id, Number(flags)]])));
}
