import { FINAL_STATUSES, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { type CostAnswer, costAnswer, NO_COST, runCosts } from '../costs/run-costs.ts';
import type { Deps } from '../deps.ts';
import { evaluationTables } from '../flags/tables.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import type { Identity } from '../identity/identity.ts';
import { isoTime } from '../state/time.ts';
import { type RunRow, readRunRow, readRunRows } from './run-rows.ts';
import { type RunTimes, together } from './run-times.ts';
import { type RunSearch, type SoughtRun, searchRuns } from './search-runs.ts';
import { sightOf } from './sight.ts';

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
  cost: costAnswer,
  open_flags: z.int(),
});
type RunAnswer = z.output<typeof runAnswer>;

interface RunQuery extends Omit<RunSearch, 'sight' | 'after'> {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Runs that started in a range, the newest first. */
export async function listRuns(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  { limit, cursor, ...asked }: RunQuery,
): Promise<{ items: RunAnswer[]; next_cursor: string | null }> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, AFTER);
  const sight = await sightOf(deps, identity);
  const found = await searchRuns(deps, { ...asked, sight, after }, limit + 1);
  const page = pageOf(found, limit, ({ started, run_id }) => [started.toString(), run_id]);
  return { ...page, items: await readRuns(deps, page.items) };
}

const AFTER = z.tuple([z.string().regex(/^\d{1,19}$/), z.guid()]);

/** These runs, in this order. */
async function readRuns(
  deps: Pick<Deps, 'store' | 'control'>,
  found: readonly SoughtRun[],
): Promise<RunAnswer[]> {
  if (found.length === 0) return [];
  const runs = found.map(({ run_id }) => run_id);
  const [rows, costs, flags] = await Promise.all([
    readRunRows(deps, runs),
    runCosts(deps, runs, timesOf(found)),
    openFlags(deps, runs),
  ]);
  const byId = new Map(rows.map((each) => [each.run_id, each]));
  return runs.flatMap((run_id) => {
    const each = byId.get(run_id);
    return each === undefined ? [] : [answerOf(each, costs.get(run_id), flags.get(run_id))];
  });
}

/** A run and from when until when there is anything of it. */
export interface FoundRun {
  readonly row: RunRow;
  readonly times: RunTimes;
}

/** @throws TollgateError `not_found` where there is none, or it is another team's */
export async function findRun(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  run_id: string,
): Promise<FoundRun> {
  const found = await readRunRow(deps, run_id, await sightOf(deps, identity));
  if (found === undefined) throw new TollgateError('not_found');
  return { row: found, times: timesOf([found]) };
}

/** @throws as `findRun` does */
export async function readRun(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  run_id: string,
): Promise<RunAnswer> {
  const { row: found, times } = await findRun(deps, identity, run_id);
  const [costs, flags] = await Promise.all([runCosts(deps, [run_id], times), openFlags(deps, [run_id])]);
  return answerOf(found, costs.get(found.run_id), flags.get(found.run_id));
}

const timesOf = (rows: readonly Pick<RunRow, 'started' | 'last'>[]): RunTimes =>
  together(rows.map(({ started, last }) => ({ first: started, last })));

/** The run as the API shows it. Pure. */
export const answerOf = (
  { started, last, initiator, initiator_verified, ...run }: RunRow,
  cost: CostAnswer = NO_COST,
  open_flags = 0,
): RunAnswer => ({
  ...run,
  initiator: run.registered ? initiator : null,
  initiator_verified: run.registered ? initiator_verified : null,
  started_at: isoTime(started),
  ended_at: run.status === 'unsealed' ? null : isoTime(last),
  cost,
  open_flags,
});

export async function openFlags(
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
