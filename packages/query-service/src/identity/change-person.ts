import { ROLES, TollgateError } from '@tollgate/contract';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState } from '../state/change.ts';
import { readJsonList, readRoles } from '../state/json.ts';
import type { ControlTables } from '../state/tables.ts';
import { timeText } from '../state/time.ts';
import { seesTeam } from './allows.ts';
import type { PersonIdentity } from './identity.ts';
import { newPerson } from './people.ts';
import { requireTeam } from './require.ts';

type Person = Selectable<ControlTables['people']>;

/** A person as admins see them. */
export const personAnswer = z.object({
  email: z.string(),
  display_name: z.string(),
  roles: z.array(z.enum(ROLES)),
  teams: z.array(z.string()),
  groups: z.array(z.string()),
  /** False where content is withheld from them, whatever their roles. */
  reads_content: z.boolean(),
  disabled: z.boolean(),
});
export type PersonAnswer = z.output<typeof personAnswer>;

/** What of a person can be changed; what is left out stays. */
export const personChange = z.strictObject({
  roles: newPerson.shape.roles.optional(),
  teams: newPerson.shape.teams.optional(),
  groups: newPerson.shape.groups.unwrap().optional(),
  reads_content: z.boolean().optional(),
  /** True ends every session and token of the person at once, and for good: who comes back is given a new one. */
  disabled: z.boolean().optional(),
});

/**
 * Changes the rights of a person, from the next request on.
 * @throws TollgateError `not_found` where the admin sees none of the person's teams, or not one that is to be given; `forbidden`
 * for one's own rights, and for a person who has teams that the admin does not see
 */
export async function changePerson(
  control: ControlState,
  admin: PersonIdentity,
  email: string,
  change: z.output<typeof personChange>,
): Promise<PersonAnswer> {
  for (const team of change.teams ?? []) requireTeam(admin, team);
  return control.change(async (transaction) => {
    const { db, now, record } = transaction;
    const row = await db.selectFrom('people').selectAll().where('email', '=', email).executeTakeFirst();
    if (row === undefined || !isVisible(admin, row)) throw new TollgateError('not_found');
    refuseWhatIsNotTheirs(admin, row);
    const before = toPersonAnswer(row);
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const after = personAnswer.parse({ ...before, ...given });
    if (JSON.stringify(after) === JSON.stringify(before)) return before;
    await db
      .updateTable('people')
      .set({ ...columnsOf(after), disabled_at: after.disabled ? (row.disabled_at ?? timeText(now)) : null })
      .where('person_id', '=', row.person_id)
      .execute();
    if (after.disabled) await endAll(transaction, row);
    const { display_name: _, ...rights } = after;
    await record(installationLedger(control, admin.name), {
      kind: 'person_changed',
      actor: admin.name,
      detail: { person_id: row.person_id, ...rights },
    });
    return after;
  });
}

async function endAll({ db, now }: Change, { person_id }: Person): Promise<void> {
  const at = timeText(now);
  await db
    .updateTable('credentials')
    .set({ revoked_at: at })
    .where('person_id', '=', person_id)
    .where('revoked_at', 'is', null)
    .execute();
  await db
    .updateTable('sessions')
    .set({ ended_at: at })
    .where('person_id', '=', person_id)
    .where('ended_at', 'is', null)
    .execute();
}

function refuseWhatIsNotTheirs(admin: PersonIdentity, { person_id, teams }: Person): void {
  if (person_id === admin.person_id)
    throw new TollgateError('forbidden', 'Your own rights are for another admin to change.');
  if (!readJsonList(teams).every((team) => seesTeam(admin, team)))
    throw new TollgateError('forbidden', 'This person has teams that you do not see.');
}

/** Whether an admin or auditor of these teams is told of this person at all. */
const isVisible = ({ teams }: Pick<PersonIdentity, 'teams'>, row: Pick<Person, 'teams'>): boolean =>
  teams.includes('*') || readJsonList(row.teams).some((team) => team === '*' || teams.includes(team));

const columnsOf = ({ roles, teams, groups, reads_content }: PersonAnswer) => ({
  ...{ roles: JSON.stringify(roles), teams: JSON.stringify(teams), groups: JSON.stringify(groups) },
  reads_content: reads_content ? 1 : 0,
});

export const toPersonAnswer = (row: Person): PersonAnswer => ({
  ...{ email: row.email, display_name: row.display_name, roles: [...readRoles(row.roles)] },
  ...{ teams: [...readJsonList(row.teams)], groups: [...readJsonList(row.groups)] },
  ...{ reads_content: row.reads_content === 1, disabled: row.disabled_at !== null },
});
