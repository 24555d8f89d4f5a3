import { type ReviewVerdict, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { storeTime } from '../records/store-time.ts';
import { seconds, timeText } from '../state/time.ts';
import { CLAIM_SECONDS } from './claim-sample.ts';
import type { Sample } from './read-samples.ts';
import { reviewableSample } from './reviewable-sample.ts';

export interface Review {
  readonly verdict: ReviewVerdict;
  readonly note: string;
  /** Criterion → score, as the workflow's people agreed on them. */
  readonly scores?: Readonly<Record<string, number>> | undefined;
}

/**
 * Records a person's review of a sampled action, once.
 * @throws TollgateError `not_found`, `forbidden` for who is not among the reviewers, `four_eyes` for the run's
 * initiator, `conflict` where it was reviewed before or another person has claimed it
 */
export async function reviewSample(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  sample_id: string,
  { verdict, note, scores }: Review,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    const sample = await reviewableSample(change, person, sample_id);
    if (isClaimedByAnother(sample, person.name, now))
      throw new TollgateError('conflict', `${sample.assigned_to} has claimed it.`);
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

/** Whether someone else holds a claim that has not lapsed. */
const isClaimedByAnother = (
  { assigned_to, assigned_at }: Pick<Sample, 'assigned_to' | 'assigned_at'>,
  person: string,
  now: bigint,
): boolean =>
  assigned_to !== null &&
  assigned_to !== person &&
  assigned_at !== null &&
  assigned_at > timeText(now - seconds(CLAIM_SECONDS));
