import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { openSample } from './reviewable-sample.ts';

/**
 * Gives a claimed action back, so that others may review it before the claim lapses: who holds the claim, or an admin for whoever
 * cannot.
 * @throws TollgateError `not_found`, `conflict` where it is not claimed or was reviewed, `forbidden` for anybody else
 */
export async function releaseSample(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  sample_id: string,
): Promise<void> {
  await control.change(async (change) => {
    const sample = await openSample(change, person, sample_id);
    if (sample.assigned_to === null) throw new TollgateError('conflict', 'Nobody has claimed it.');
    if (sample.assigned_to !== person.name && !person.roles.includes('admin'))
      throw new TollgateError(
        'forbidden',
        'Another person claimed it; that person or an admin can release it.',
      );
    await change.db
      .updateTable('samples')
      .set({ assigned_to: null, assigned_at: null })
      .where('sample_id', '=', sample_id)
      .execute();
    const { call_id, tool, run_id, workflow, policy_version, owner, team } = sample;
    await change.record(
      { run_id, workflow, policy_version, owner, team },
      {
        kind: 'review_released',
        ...{ actor: person.name, call_id, tool },
        detail: { sample_id, claimed_by: sample.assigned_to },
      },
    );
  });
}
