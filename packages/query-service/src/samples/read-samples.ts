import { REVIEW_VERDICTS, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { readJsonList } from '../state/json.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, isoTimeOrNull, timeText } from '../state/time.ts';

export type Sample = ControlTables['samples'];

/** `overdue`: not reviewed, and the due date has passed. */
export const SAMPLE_STATES = ['pending', 'reviewed', 'overdue'] as const;

/** A sampled action as the API shows it. */
export const sampleAnswer = z.object({
  sample_id: z.string(),
  run_id: z.string(),
  call_id: z.string(),
  workflow: z.string(),
  policy_version: z.string(),
  owner: z.string(),
  team: z.string(),
  tool: z.string(),
  action: z.string(),
  state: z.enum(SAMPLE_STATES),
  /**
   * `drawn`, `first_runs` of a policy version, `not_succeeded` (failed, or its end unknown), `cost_outlier` (of its run), or
   * `weekly_minimum`.
   */
  why: z.string(),
  /** E-mail addresses and `group:NAME`. */
  reviewers: z.array(z.string()),
  sampled_at: z.iso.datetime(),
  due_at: z.iso.datetime(),
  assigned_to: z.string().nullable(),
  reviewed_by: z.string().nullable(),
  reviewed_at: z.iso.datetime().nullable(),
  verdict: z.enum(REVIEW_VERDICTS).nullable(),
  note: z.string().nullable(),
  scores: z.record(z.string(), z.number()).nullable(),
});
type SampleAnswer = z.output<typeof sampleAnswer>;

interface SampleFilter {
  readonly state?: (typeof SAMPLE_STATES)[number] | undefined;
  readonly workflow?: string | undefined;
  readonly run_id?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Samples by due date, the most urgent first. */
export async function listSamples(
  { control, clock }: Pick<Deps, 'control' | 'clock'>,
  identity: Identity,
  { state, workflow, run_id, limit, cursor }: SampleFilter,
): Promise<{ items: SampleAnswer[]; next_cursor: string | null }> {
  const now = timeText(clock());
  let query = control.db
    .selectFrom('samples')
    .selectAll()
    .orderBy('due_at')
    .orderBy('sample_id')
    .limit(limit + 1);
  const teams = visibleTeams(identity);
  if (teams !== undefined) query = query.where('team', 'in', teams);
  if (workflow !== undefined) query = query.where('workflow', '=', workflow);
  if (run_id !== undefined) query = query.where('run_id', '=', run_id);
  if (state === 'reviewed') query = query.where('reviewed_at', 'is not', null);
  if (state === 'pending') query = query.where('reviewed_at', 'is', null).where('due_at', '>=', now);
  if (state === 'overdue') query = query.where('reviewed_at', 'is', null).where('due_at', '<', now);
  if (cursor !== undefined) {
    const [due_at, sample_id] = decodeCursor(cursor, z.tuple([z.string(), z.string()]));
    query = query.where(({ eb, and, or }) =>
      or([eb('due_at', '>', due_at), and([eb('due_at', '=', due_at), eb('sample_id', '>', sample_id)])]),
    );
  }
  const page = pageOf(await query.execute(), limit, (row) => [row.due_at, row.sample_id]);
  return { ...page, items: page.items.map((row) => toAnswer(row, now)) };
}

/** @throws TollgateError `not_found` where there is none, or it is another team's */
export async function readSample(
  { control, clock }: Pick<Deps, 'control' | 'clock'>,
  identity: Identity,
  sample_id: string,
): Promise<SampleAnswer> {
  const row = await control.db
    .selectFrom('samples')
    .selectAll()
    .where('sample_id', '=', sample_id)
    .executeTakeFirst();
  if (row === undefined) throw new TollgateError('not_found');
  requireTeam(identity, row.team);
  return toAnswer(row, timeText(clock()));
}

const scores = z.record(z.string(), z.number());

function toAnswer(row: Sample, now: string): SampleAnswer {
  const open = row.due_at < now ? ('overdue' as const) : ('pending' as const);
  return {
    ...row,
    state: row.reviewed_at === null ? open : 'reviewed',
    reviewers: [...readJsonList(row.reviewers)],
    sampled_at: isoTime(row.sampled_at),
    due_at: isoTime(row.due_at),
    reviewed_at: isoTimeOrNull(row.reviewed_at),
    scores: row.scores === null ? null : scores.parse(JSON.parse(row.scores)),
  };
}
