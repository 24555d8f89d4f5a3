import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { seesTeam, visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';

export const erasureAnswer = z.object({
  erasure_id: z.string(),
  kind: z.enum(['run', 'span', 'person']),
  run_id: z.string().nullable(),
  trace_id: z.string().nullable(),
  span_id: z.string().nullable(),
  /** Whose runs. */
  person: z.string().nullable(),
  team: z.string(),
  reason: z.string(),
  asked_by: z.string(),
  asked_at: z.iso.datetime(),
  state: z.enum(['running', 'finished']),
  finished_at: z.iso.datetime().nullable(),
  /** How many runs it is about, and what has become of them; `held` and `open` were left as they are. */
  runs: z.object({ all: z.int(), erased: z.int(), held: z.int(), open: z.int() }),
  /** What was erased so far: spans with content, spans in quarantine, approvals. */
  spans: z.int(),
  quarantined: z.int(),
  approvals: z.int(),
  /** Place → figures of its own, once it was asked, e.g. the collector's log. */
  elsewhere: z.record(z.string(), z.record(z.string(), z.number())).nullable(),
});
type ErasureAnswer = z.input<typeof erasureAnswer>;
type Row = ControlTables['erasures'];
type Reading = Pick<Deps, 'control'>;

/** Erasures of the caller's teams, the newest first. What is about a person is seen by who sees every team, and by who asked for it. */
export async function listErasures(
  { control }: Reading,
  identity: Identity,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<{ items: ErasureAnswer[]; next_cursor: string | null }> {
  let query = control.db
    .selectFrom('erasures')
    .selectAll()
    .orderBy('erasure_id', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined)
    query = query.where(({ eb, or }) => or([eb('team', 'in', teams), eb('asked_by', '=', identity.name)]));
  if (cursor !== undefined)
    query = query.where('erasure_id', '<', decodeCursor(cursor, z.tuple([z.string()]))[0]);
  const page = pageOf(await query.execute(), limit, (row) => [row.erasure_id]);
  const items: ErasureAnswer[] = [];
  for (const row of page.items) items.push(await toAnswer({ control }, row));
  return { ...page, items };
}

/** @throws TollgateError `not_found`, also for another team's */
export async function readErasure(
  { control }: Reading,
  identity: Identity,
  erasure_id: string,
): Promise<ErasureAnswer> {
  const row = await control.db
    .selectFrom('erasures')
    .selectAll()
    .where('erasure_id', '=', erasure_id)
    .executeTakeFirst();
  if (row === undefined || !(seesTeam(identity, row.team) || row.asked_by === identity.name))
    throw new TollgateError('not_found');
  return toAnswer({ control }, row);
}

const elsewhereOf = z.record(z.string(), z.record(z.string(), z.number()));

async function toAnswer({ control }: Reading, row: Row): Promise<ErasureAnswer> {
  const counts = await control.db
    .selectFrom('erasure_runs')
    .select(['state', ({ fn }) => fn.countAll<number>().as('runs')])
    .where('erasure_id', '=', row.erasure_id)
    .groupBy('state')
    .execute();
  const of = (state: string) => Number(counts.find((each) => each.state === state)?.runs ?? 0);
  const all = counts.reduce((sum, { runs }) => sum + Number(runs), 0);
  return {
    ...row,
    asked_at: isoTime(row.asked_at),
    finished_at: isoTimeOrNull(row.finished_at),
    runs: { all, erased: of('erased'), held: of('held'), open: of('open') },
    elsewhere: row.elsewhere === null ? null : elsewhereOf.parse(JSON.parse(row.elsewhere)),
  };
}
