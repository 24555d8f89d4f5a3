import { guid } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { findRun } from '../runs/read-runs.ts';
import { inView, sightOf } from '../runs/sight.ts';
import { rangeQuery, storeRange } from '../runs/time-range.ts';

/** What an evidence pack is of: one run, or the runs of a period, of one workflow or of all that the person sees. */
export const packScope = {
  run_id: guid.optional(),
  workflow: z.string().min(1).max(256).optional(),
  ...rangeQuery,
} as const;

export interface AskedScope {
  readonly run_id?: string | undefined;
  readonly workflow?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The same as conditions of SQL, with what they bind. */
export interface PackScope {
  readonly asked: AskedScope;
  /** On `run_id` of `t`. */
  readonly ofRuns: string;
  /** On `workflow`: what belongs to a workflow and to no run of it. */
  readonly ofWorkflows: string;
  /** On rows of a flag: of the runs, and of workflows within the range. */
  readonly ofFlags: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const RANGE = (column: string) =>
  `${column} >= {from:DateTime64(9, 'UTC')} AND ${column} < {to:DateTime64(9, 'UTC')}`;
const MINE = (team: string) => `({every:Bool} OR ${team} IN {teams:Array(String)})`;

/** @throws TollgateError `not_found` for a run that is not there, or is another team's; `invalid_request` for an empty range */
export async function packScopeOf(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  asked: AskedScope,
): Promise<PackScope> {
  const { run_id, workflow = '', from, to } = asked;
  const teams = visibleTeams(identity);
  const params = { ...storeRange({ from, to }), workflow, every: teams === undefined, teams: teams ?? [] };
  if (run_id !== undefined) {
    const { row: run } = await findRun(deps, identity, run_id);
    return {
      asked,
      ofRuns: 't.run_id = {run_id:UUID}',
      // A workflow may be another team's by now, and one that nobody registered is only claimed.
      ofWorkflows: `t.workflow = {workflow:String} AND ${MINE('t.team')}`,
      ofFlags: 't.run_id = {run_id:UUID}',
      params: { ...params, run_id, workflow: run.workflow },
    };
  }
  const ofAsked = (table: string) => `({workflow:String} = '' OR ${table}.workflow = {workflow:String})`;
  const mine = `${MINE('t.team')} AND ${ofAsked('t')}`;
  const sight = await sightOf(deps, identity);
  const runs = `
    SELECT r.run_id FROM runs AS r WHERE ${RANGE('r.started_at')} AND ${ofAsked('r')} AND (${sight.sees(inView('r'))})`;
  return {
    asked,
    ofRuns: `t.run_id IN (${runs})`,
    ofWorkflows: mine,
    ofFlags: `(t.run_id IN (${runs}) OR (t.run_id IS NULL AND ${RANGE('t.raised_at')} AND ${mine}))`,
    params: { ...params, ...sight.params },
  };
}
