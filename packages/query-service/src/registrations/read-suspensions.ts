import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';

/** One time that a workflow was stopped. */
export const suspensionAnswer = z.object({
  suspension_id: z.string(),
  workflow: z.string(),
  team: z.string(),
  owner: z.string(),
  suspended_by: z.string(),
  suspended_at: z.iso.datetime(),
  reason: z.string(),
  /** Null while it holds, as the two below. */
  resumed_by: z.string().nullable(),
  resumed_at: z.iso.datetime().nullable(),
  resume_reason: z.string().nullable(),
});

interface SuspensionFilter {
  readonly workflow: string | undefined;
  readonly state: 'live' | 'over' | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Suspensions of the caller's teams, the newest first. */
export async function listSuspensions(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
  { workflow, state, limit, cursor }: SuspensionFilter,
): Promise<{ items: z.input<typeof suspensionAnswer>[]; next_cursor: string | null }> {
  let query = db
    .selectFrom('suspensions')
    .innerJoin('workflows', 'workflows.workflow', 'suspensions.workflow')
    .selectAll('suspensions')
    .select(['team', 'owner'])
    .orderBy('suspended_at', 'desc')
    .orderBy('suspension_id', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  if (workflow !== undefined) query = query.where('suspensions.workflow', '=', workflow);
  if (state !== undefined) query = query.where('resumed_at', state === 'live' ? 'is' : 'is not', null);
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    query = query.where(({ eb, and, or }) =>
      or([eb('suspended_at', '<', at), and([eb('suspended_at', '=', at), eb('suspension_id', '<', id)])]),
    );
  }
  const page = pageOf(await query.execute(), limit, (row) => [row.suspended_at, row.suspension_id]);
  const items = page.items.map((row) => ({
    ...row,
    suspended_at: isoTime(row.suspended_at),
    resumed_at: isoTimeOrNull(row.resumed_at),
  }));
  return { ...page, items };
}
