import { type ReviewVerdict, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { storeTime } from '../records/store-time.ts';
import { readJsonList } from '../state/json.ts';
import { timeText } from '../state/time.ts';
import type { Sample } from './read-samples.ts';

export interface Review {
  readonly verdict: ReviewVerdict;
  readonly note: string;
  /** Criterion → score, as the workflow's people agreed on them. */
  readonly scores?: Readonly<Record<string, number>> | undefined;
}

/**
 * Records a person's review of a sampled action, once.
 * @throws TollgateError `not_found`, `forbidden` for who is not among the reviewers, `four_eyes` for the run's
 * initiator, `conflict` where it was reviewed before
 */
export async function reviewSample(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  sample_id: string,
  { verdict, note, scores }: Review,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    const sample = await db
      .selectFrom('samples')
      .selectAll()
      .where('sample_id', '=', sample_id)
      .executeTakeFirst();
    if (sample === undefined) throw new TollgateError('not_found');
    requireTeam(person, sample.team);
    if (!isReviewer(person, sample))
      throw new TollgateError('forbidden', 'The workflow names other reviewers.');
    const run = await db
      .selectFrom('runs')
      .select('initiator')
      .where('run_id', '=', sample.run_id)
      .executeTakeFirst();
    if (run?.initiator.toLowerCase() === person.name) throw new TollgateError('four_eyes');
    if (sample.reviewed_at !== null)
      throw new TollgateError('conflict', `${sample.reviewed_by} reviewed it before.`);
    const reviewed = { reviewed_by: person.name, reviewed_at: timeText(now), verdict, note };
    await db
      .updateTable('samples')
      .set({ ...reviewed, scores: scores === undefined ? null : JSON.stringify(scores) })
      .where('sample_id', '=', sample_id)
      .execute();
    const late = timeText(now) > sample.due_at;
    const { run_id, workflow, policy_version, owner, team, call_id, tool } = sample;
    const scope = { run_id, workflow, policy_version, owner, team };
    const { hash } = await change.record(scope, {
      kind: 'reviewed',
      ...{ actor: person.name, call_id, tool },
      detail: { sample_id, verdict, note, late, ...(scores === undefined ? {} : { scores }) },
    });
    await change.row('reviews', {
      ...scope,
      ...{ sample_id, call_id, tool, reviewer: person.name, verdict, note },
      scores: scores ?? {},
      ...{ reviewed_at: storeTime(now), record_hash: hash },
    });
  });
}

/** A workflow names reviewers by address or as `group:NAME`. */
const isReviewer = (person: PersonIdentity, sample: Pick<Sample, 'reviewers'>): boolean => {
  const reviewers = readJsonList(sample.reviewers).map((each) => each.toLowerCase());
  return (
    reviewers.includes(person.name) || person.groups.some((group) => reviewers.includes(`group:${group}`))
  );
};
