import { TollgateError } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { Change, ControlState } from '../state/change.ts';
import { changeOrRefuse } from '../state/change.ts';
import { timeText } from '../state/time.ts';
import type { Vouched } from './provider.ts';
import { type Rights, rightsOf } from './rights.ts';
import type { SingleSignOn } from './sign-on-settings.ts';

const ACTOR = 'single sign-on';

/**
 * The person whom the provider vouches for, with the rights that it gives them now. Whoever it gives none loses what they had,
 * and is refused; that is on record as well.
 * @throws TollgateError `forbidden`
 */
export async function admit(
  control: ControlState,
  settings: SingleSignOn,
  vouched: Vouched,
): Promise<{ readonly person_id: string }> {
  const rights = rightsOf(settings, vouched.groups);
  return changeOrRefuse(control, async (change) => {
    const known = await find(change, vouched);
    if (known === 'another')
      return refuse(change, control, vouched, 'the address belongs to another account');
    if (known?.disabled_at != null) return refuse(change, control, vouched, 'the person is disabled');
    if (known === undefined && (rights === undefined || settings.unknown_people === 'refuse'))
      return refuse(change, control, vouched, 'the person is not known here');
    if (rights?.roles.length === 0) {
      if (known !== undefined) await give(change, control, known, vouched, rights);
      return refuse(change, control, vouched, 'none of the person’s groups has a role here');
    }
    const person_id = known?.person_id ?? (await add(change, control, vouched, rights));
    if (known !== undefined) await give(change, control, known, vouched, rights);
    await change.record(installationLedger(control, vouched.email), {
      kind: 'signed_in',
      actor: vouched.email,
      detail: { person_id, subject: vouched.subject },
    });
    return { person_id };
  });
}

interface Known {
  readonly person_id: string;
  readonly subject: string | null;
  readonly roles: string;
  readonly teams: string;
  readonly groups: string;
  readonly reads_content: number;
  readonly disabled_at: string | null;
}

/** By the provider's own name for them, and by address only for somebody whom no provider has vouched for yet. */
async function find({ db }: Change, { subject, email }: Vouched): Promise<Known | 'another' | undefined> {
  const columns = [
    'person_id',
    'subject',
    'roles',
    'teams',
    'groups',
    'reads_content',
    'disabled_at',
  ] as const;
  const people = db.selectFrom('people').select(columns);
  const same = await people.where('subject', '=', subject).executeTakeFirst();
  if (same !== undefined) return same;
  const byAddress = await people.where('email', '=', email).executeTakeFirst();
  return byAddress === undefined || byAddress.subject === null ? byAddress : 'another';
}

async function add(
  { db, now, record }: Change,
  control: ControlState,
  { subject, email, display_name }: Vouched,
  rights: Rights | undefined,
): Promise<string> {
  const person_id = uuidv7();
  const { roles = [], teams = [], groups = [], reads_content = true } = rights ?? {};
  await db
    .insertInto('people')
    .values({
      ...{ person_id, email, display_name, subject, created_at: timeText(now) },
      ...{ roles: JSON.stringify(roles), teams: JSON.stringify(teams), groups: JSON.stringify(groups) },
      reads_content: reads_content ? 1 : 0,
    })
    .execute();
  await record(installationLedger(control, ACTOR), {
    kind: 'person_added',
    actor: ACTOR,
    detail: {
      ...{ person_id, email, subject, reads_content },
      ...{ roles: [...roles], teams: [...teams], groups: [...groups] },
    },
  });
  return person_id;
}

/** Binds the person to the provider's account, and brings their rights in line with it. */
async function give(
  { db, record }: Change,
  control: ControlState,
  known: Known,
  { subject, email }: Vouched,
  rights: Rights | undefined,
): Promise<void> {
  const { roles, teams, groups, reads_content } = known;
  const before = { roles, teams, groups, reads_content };
  const after = rights === undefined ? before : { ...before, ...columnsOf(rights) };
  if (known.subject === subject && JSON.stringify(before) === JSON.stringify(after)) return;
  await db
    .updateTable('people')
    .set({ ...after, subject })
    .where('person_id', '=', known.person_id)
    .execute();
  await record(installationLedger(control, ACTOR), {
    kind: 'person_changed',
    actor: ACTOR,
    detail: {
      ...{ person_id: known.person_id, email, subject, reads_content: after.reads_content === 1 },
      ...{ roles: JSON.parse(after.roles), teams: JSON.parse(after.teams), groups: JSON.parse(after.groups) },
    },
  });
}

const columnsOf = ({ roles, teams, groups, reads_content }: Rights) => ({
  ...{ roles: JSON.stringify(roles), teams: JSON.stringify(teams), groups: JSON.stringify(groups) },
  ...(reads_content === undefined ? {} : { reads_content: reads_content ? 1 : 0 }),
});

async function refuse(
  { record }: Change,
  control: ControlState,
  { subject, email }: Vouched,
  why: string,
): Promise<TollgateError> {
  await record(installationLedger(control, ACTOR), {
    kind: 'sign_in_refused',
    actor: ACTOR,
    detail: { email, subject, why },
  });
  return new TollgateError('forbidden', `Sign-in was refused: ${why}.`);
}
