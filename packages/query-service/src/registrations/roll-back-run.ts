import { TollgateError, uuid } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { requirePerson, requireTeam } from '../identity/require.ts';
import { isoTime, timeText } from '../state/time.ts';

/**
 * Records that the owner decided to undo a run. Tollgate does not undo anything itself: the notes of the run's calls say
 * how, and a person does it. @throws TollgateError `not_found`, `forbidden`, `conflict` where it was decided before
 */
async function rollBackRun(
  { control }: Pick<Deps, 'control'>,
  person: PersonIdentity,
  run_id: string,
  reason: string,
): Promise<{ run_id: string; rolled_back_by: string; rolled_back_at: string }> {
  return control.change(async (change) => {
    const run = await change.db
      .selectFrom('runs')
      .selectAll()
      .where('run_id', '=', run_id)
      .executeTakeFirst();
    if (run === undefined) throw new TollgateError('not_found');
    requireTeam(person, run.team);
    if (run.owner !== person.name)
      throw new TollgateError('forbidden', 'Only the owner of the workflow decides on its rollback.');
    const { numUpdatedRows } = await change.db
      .updateTable('runs')
      .set({ rolled_back_at: timeText(change.now) })
      .where('run_id', '=', run_id)
      .where('rolled_back_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n)
      throw new TollgateError('conflict', 'The rollback of this run has been decided already.');
    const { workflow, policy_version, owner, team } = run;
    await change.record(
      { run_id, workflow, policy_version, owner, team },
      { kind: 'rolled_back', actor: person.name, detail: { reason } },
    );
    return { run_id, rolled_back_by: person.name, rolled_back_at: isoTime(change.now) };
  });
}

export const rollbackRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/runs/{run_id}/rollback',
    summary: 'Record that the owner decided to undo the run',
    tag: 'runs',
    access: { roles: ['owner', 'admin'] },
    params: z.strictObject({ run_id: uuid }),
    body: z.strictObject({
      reason: z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000),
    }),
    response: z.object({ run_id: z.string(), rolled_back_by: z.string(), rolled_back_at: z.string() }),
    status: 201,
    handle: ({ params, body, identity, deps }) =>
      rollBackRun(deps, requirePerson(identity), params.run_id, body.reason),
  }),
];
