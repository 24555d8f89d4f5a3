import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requireTeam } from '../identity/require.ts';
import { timeText } from '../state/time.ts';
import { type Hold, holdRow } from './hold.ts';
import { runSubject, workflowSubject } from './subject.ts';

/**
 * Ends a hold: what has expired meanwhile is dropped within an hour, and the rest by its own time.
 * @throws TollgateError `not_found`, `conflict` where it was lifted before
 */
export async function liftHold(
  deps: Pick<Deps, 'control' | 'store'>,
  person: PersonIdentity,
  hold_id: string,
  reason: string,
): Promise<Hold> {
  const found = await deps.control.db
    .selectFrom('legal_holds')
    .selectAll()
    .where('hold_id', '=', hold_id)
    .executeTakeFirst();
  if (found === undefined) throw new TollgateError('not_found');
  requireTeam(person, found.team);
  const subject =
    found.run_id === null
      ? await workflowSubject(deps, person, found.workflow)
      : await runSubject(deps, person, found.run_id);
  return deps.control.change(async (change) => {
    const hold = await change.db
      .updateTable('legal_holds')
      .set({ lifted_by: person.name, lifted_at: timeText(change.now), lift_reason: reason })
      .where('hold_id', '=', hold_id)
      .where('lifted_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (hold === undefined) throw new TollgateError('conflict', 'The hold has been lifted already.');
    const { run_id, workflow } = hold;
    const { hash } = await change.record(subject.scope, {
      kind: 'hold_lifted',
      actor: person.name,
      detail: { hold_id, run_id, workflow, reason },
    });
    const { policy_version } = subject;
    const event = { event: 'lifted', hold, policy_version, actor: person.name, reason } as const;
    await change.row('legal_holds', holdRow({ ...event, now: change.now, hash }));
    return hold;
  });
}
