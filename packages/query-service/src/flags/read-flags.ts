import { FLAG_STATES, SEVERITIES, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';
import { flagEvidence, readFlagEvidence } from './flag-evidence.ts';
import { FLAG_PARTS, hadPart } from './had-part.ts';
import { mayResolve } from './may-triage.ts';
import { type EvaluationTables, evaluationTables } from './tables.ts';

/** A flag as the API shows it. */
export const flagAnswer = z.object({
  flag_id: z.string(),
  control: z.string(),
  severity: z.enum(SEVERITIES),
  workflow: z.string(),
  /** Null where it is about a whole day or month of the workflow. */
  run_id: z.string().nullable(),
  owner: z.string(),
  team: z.string(),
  state: z.enum(FLAG_STATES),
  raised_at: z.iso.datetime(),
  due_at: z.iso.datetime().nullable(),
  summary: z.string(),
  evidence: flagEvidence,
  acknowledged_by: z.string().nullable(),
  acknowledged_at: z.iso.datetime().nullable(),
  resolved_by: z.string().nullable(),
  resolved_at: z.iso.datetime().nullable(),
  note: z.string().nullable(),
  cleared_because: z.string().nullable(),
  updated_at: z.iso.datetime(),
});
type FlagAnswer = z.output<typeof flagAnswer>;

/** One flag, with who had a part in what it is about. */
export const wholeFlagAnswer = flagAnswer.extend({
  had_part: z.array(z.object({ person: z.string(), part: z.enum(FLAG_PARTS) })),
  /** Whether whoever asks may resolve it now: nobody resolves a critical flag about their own doing. */
  can_resolve: z.boolean(),
});
type WholeFlagAnswer = z.output<typeof wholeFlagAnswer>;

interface FlagFilter {
  readonly state?: (typeof FLAG_STATES)[number] | undefined;
  readonly control?: string | undefined;
  readonly workflow?: string | undefined;
  readonly run_id?: string | undefined;
  readonly severity?: (typeof SEVERITIES)[number] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Flags, the newest first. */
export async function listFlags(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
  { limit, cursor, ...filter }: FlagFilter,
): Promise<{ items: FlagAnswer[]; next_cursor: string | null }> {
  let query = evaluationTables(db)
    .selectFrom('flags')
    .selectAll()
    .orderBy('raised_at', 'desc')
    .orderBy('flag_id', 'desc')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  for (const field of ['state', 'control', 'workflow', 'run_id', 'severity'] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(field, '=', value);
  }
  if (cursor !== undefined) {
    const [raised_at, flag_id] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    query = query.where(({ eb, and, or }) =>
      or([
        eb('raised_at', '<', raised_at),
        and([eb('raised_at', '=', raised_at), eb('flag_id', '<', flag_id)]),
      ]),
    );
  }
  const page = pageOf(await query.execute(), limit, (row) => [row.raised_at, row.flag_id]);
  return { ...page, items: page.items.map(toFlagAnswer) };
}

/** @throws TollgateError `not_found` where there is none, or it is another team's */
export async function readFlag(
  { control }: Pick<Deps, 'control'>,
  identity: Identity,
  flag_id: string,
): Promise<WholeFlagAnswer> {
  const row = await evaluationTables(control.db)
    .selectFrom('flags')
    .selectAll()
    .where('flag_id', '=', flag_id)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('not_found');
  requireTeam(identity, row.team);
  const had_part = await hadPart(control.db, row);
  return { ...toFlagAnswer(row), had_part, can_resolve: mayResolve(identity, row, had_part) };
}

function toFlagAnswer(row: EvaluationTables['flags']): FlagAnswer {
  return {
    ...row,
    raised_at: isoTime(row.raised_at),
    due_at: isoTimeOrNull(row.due_at),
    evidence: readFlagEvidence(row.evidence),
    acknowledged_at: isoTimeOrNull(row.acknowledged_at),
    resolved_at: isoTimeOrNull(row.resolved_at),
    updated_at: isoTime(row.updated_at),
  };
}
