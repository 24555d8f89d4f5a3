import { TollgateError } from '@tollgate/contract';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import type { Change } from '../state/change.ts';
import { readJsonList } from '../state/json.ts';
import type { Sample } from './read-samples.ts';

/**
 * A sample that this person sees and nobody has reviewed.
 * @throws TollgateError `not_found`, `conflict` where it was reviewed before
 */
export async function openSample({ db }: Change, person: PersonIdentity, sample_id: string): Promise<Sample> {
  const sample = await db
    .selectFrom('samples')
    .selectAll()
    .where('sample_id', '=', sample_id)
    .executeTakeFirst();
  if (sample === undefined) throw new TollgateError('not_found');
  requireTeam(person, sample.team);
  if (sample.reviewed_at !== null)
    throw new TollgateError('conflict', `${sample.reviewed_by} reviewed it before.`);
  return sample;
}

/**
 * A sample that this person may review and nobody has.
 * @throws TollgateError `not_found`, `forbidden` for who is not among the reviewers, `four_eyes` for the run's
 * initiator, `conflict` where it was reviewed before
 */
export async function reviewableSample(
  change: Change,
  person: PersonIdentity,
  sample_id: string,
): Promise<Sample> {
  const sample = await openSample(change, person, sample_id);
  if (!isReviewer(person, sample))
    throw new TollgateError('forbidden', 'The workflow names other reviewers.');
  const run = await change.db
    .selectFrom('runs')
    .select('initiator')
    .where('run_id', '=', sample.run_id)
    .executeTakeFirst();
  if (run?.initiator.toLowerCase() === person.name) throw new TollgateError('four_eyes');
  return sample;
}

/** A workflow names reviewers by address or as `group:NAME`. */
const isReviewer = (person: PersonIdentity, sample: Pick<Sample, 'reviewers'>): boolean => {
  const reviewers = readJsonList(sample.reviewers).map((each) => each.toLowerCase());
  return (
    reviewers.includes(person.name) || person.groups.some((group) => reviewers.includes(`group:${group}`))
  );
};
