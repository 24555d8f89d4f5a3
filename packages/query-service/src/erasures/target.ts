import type { ErasureTarget } from '@tollgate/clickhouse';
import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { runSubject } from '../holds/subject.ts';
import { seesTeam } from '../identity/allows.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { hiddenAmong } from '../runs/hidden-among.ts';
import { select } from '../runs/select.ts';
import type { ControlTables } from '../state/tables.ts';

/** Whose content is to go: what a run, or one span of it, or every run that a person started, has of it. */
export type Asked =
  | { readonly kind: 'run'; readonly run_id: string }
  | { readonly kind: 'span'; readonly run_id: string; readonly trace_id: string; readonly span_id: string }
  | { readonly kind: 'person'; readonly person: string };

/** The same with the runs that it is about, and the team whose it is. */
export interface Target {
  readonly asked: Asked;
  readonly run_ids: readonly string[];
  readonly team: string;
}

/**
 * @throws TollgateError `not_found` for a run that is not there or is another team's, and for a person who started none;
 * `forbidden` where runs of theirs are of teams that the admin does not see
 */
export async function targetOf(
  deps: Pick<Deps, 'control' | 'store'>,
  admin: PersonIdentity,
  asked: Asked,
): Promise<Target> {
  if (asked.kind === 'person') return { asked, team: '*', run_ids: await runsBy(deps, admin, asked.person) };
  const { team } = await runSubject(deps, admin, asked.run_id);
  return { asked, team, run_ids: [asked.run_id] };
}

/** Which spans an erasure is about, in the words of the store. */
export const storeTarget = (
  { kind, trace_id, span_id }: Pick<ControlTables['erasures'], 'kind' | 'trace_id' | 'span_id'>,
  run_ids: readonly string[],
): ErasureTarget =>
  kind === 'span' && trace_id !== null && span_id !== null
    ? { kind: 'span', run_id: run_ids[0] ?? '', trace_id, span_id }
    : { kind: 'runs', run_ids };

const initiated = z.object({ run_id: z.string(), team: z.string() });

/** By what the service registered, here and in the store: what is here may be older, or not sent yet. */
async function runsBy(
  deps: Pick<Deps, 'control' | 'store'>,
  admin: PersonIdentity,
  person: string,
): Promise<readonly string[]> {
  const here = await deps.control.db
    .selectFrom('runs')
    .select(['run_id', 'team'])
    .where(({ eb, fn }) => eb(fn<string>('lower', ['initiator']), '=', person))
    .execute();
  const stored = await select(
    deps,
    initiated,
    'SELECT DISTINCT toString(r.run_id) AS run_id, r.team AS team FROM run_registrations AS r WHERE lower(r.initiator) = {person:String}',
    { person },
  );
  const runs = [...here, ...stored];
  const run_ids = [...new Set(runs.map(({ run_id }) => run_id))].sort();
  if (runs.some(({ team }) => !seesTeam(admin, team)) || (await hiddenAmong(deps, admin, run_ids)).length > 0)
    throw new TollgateError('forbidden', 'Some of the runs are of teams that you do not see.');
  if (runs.length === 0) throw new TollgateError('not_found', 'This person has started no run.');
  return run_ids;
}
