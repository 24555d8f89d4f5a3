import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { type holdAnswer, toAnswer } from './hold.ts';

interface HoldFilter {
  readonly workflow: string | undefined;
  readonly run_id: string | undefined;
  readonly state: 'live' | 'over' | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Holds of the caller's teams, the newest first. */
export async function listHolds(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
  { workflow, run_id, state, limit, cursor }: HoldFilter,
): Promise<{ items: z.input<typeof holdAnswer>[]; next_cursor: string | null }> {
  let query = db
    .selectFrom('legal_holds')
    .selectAll()
    .orderBy('hold_id', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  if (workflow !== undefined) query = query.where('workflow', '=', workflow);
  if (run_id !== undefined) query = query.where('run_id', '=', run_id);
  if (state !== undefined) query = query.where('lifted_at', state === 'live' ? 'is' : 'is not', null);
  if (cursor !== undefined)
    query = query.where('hold_id', '<', decodeCursor(cursor, z.tuple([z.string()]))[0]);
  const page = pageOf(await query.execute(), limit, (row) => [row.hold_id]);
  return { ...page, items: page.items.map(toAnswer) };
}
