import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { isoTime, seconds, timeText } from '../state/time.ts';
import { reviewableSample } from './reviewable-sample.ts';

/** How long a claim keeps others away. After it anybody may claim: nobody's absence makes a review late. */
export const CLAIM_SECONDS = 4 * 3600;

/**
 * Assigns a sampled action to who asks, so that two people do not review the same one. Of claims at the same time exactly
 * one holds: the row is assigned by one conditional update. Whoever holds it may claim again, which prolongs it.
 * @throws TollgateError `not_found`, `forbidden` for who is not among the reviewers, `four_eyes` for the run's
 * initiator, `conflict` where it was reviewed or is claimed by another
 */
export async function claimSample(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  sample_id: string,
): Promise<void> {
  await control.change(async (change) => {
    const { db, now } = change;
    const { call_id, tool, run_id, workflow, policy_version, owner, team } = await reviewableSample(
      change,
      person,
      sample_id,
    );
    const { numUpdatedRows } = await db
      .updateTable('samples')
      .set({ assigned_to: person.name, assigned_at: timeText(now) })
      .where('sample_id', '=', sample_id)
      .where('reviewed_at', 'is', null)
      .where(({ eb, or }) =>
        or([
          eb('assigned_to', 'is', null),
          eb('assigned_to', '=', person.name),
          eb('assigned_at', '<=', timeText(now - seconds(CLAIM_SECONDS))),
        ]),
      )
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) throw new TollgateError('conflict', 'Another person claimed it.');
    await change.record(
      { run_id, workflow, policy_version, owner, team },
      {
        kind: 'review_claimed',
        ...{ actor: person.name, call_id, tool },
        detail: { sample_id, until: isoTime(now + seconds(CLAIM_SECONDS)) },
      },
    );
  });
}
