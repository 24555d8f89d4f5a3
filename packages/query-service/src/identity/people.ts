import { ROLES, type Role, TollgateError } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { ControlState } from '../state/change.ts';
import { seconds, timeText } from '../state/time.ts';
import { newSecret } from './secrets.ts';
import type { Scope } from './verify.ts';

const teamName = z.union([z.literal('*'), z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)]);
const email = z.string().trim().toLowerCase().pipe(z.email());

export const newPerson = z.strictObject({
  email,
  display_name: z.string().trim().min(1).max(200),
  roles: z.array(z.enum(ROLES).exclude(['agent'])).min(1),
  /** `['*']` is every team. */
  teams: z.array(teamName).min(1),
  groups: z.array(z.string().regex(/^[a-z0-9_-]+$/)).default([]),
  /** False withholds what people and models wrote, whatever the roles; costs and records stay to be seen. */
  reads_content: z.boolean().default(true),
  /** Who added them: an e-mail address, or the command line. */
  created_by: z.string().min(1),
});

/** Adds a person. @throws TollgateError `conflict` where the e-mail address is known already. */
export async function createPerson(
  control: ControlState,
  input: z.input<typeof newPerson>,
): Promise<{ person_id: string; email: string }> {
  const person = newPerson.parse(input);
  const person_id = uuidv7();
  await control.change(async (change) => {
    const { db, now } = change;
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('people')
      .values({
        person_id,
        email: person.email,
        display_name: person.display_name,
        roles: JSON.stringify(person.roles),
        teams: JSON.stringify(person.teams),
        groups: JSON.stringify(person.groups),
        reads_content: person.reads_content ? 1 : 0,
        created_at: timeText(now),
      })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n)
      throw new TollgateError('conflict', `${person.email} is known already.`);
    const { email: address, roles, teams, groups, reads_content, created_by } = person;
    await change.record(installationLedger(control, created_by), {
      kind: 'person_added',
      actor: created_by,
      detail: { person_id, email: address, roles, teams, groups, reads_content },
    });
  });
  return { person_id, email: person.email };
}

/** The person with this e-mail address, if there is one who has not been disabled. */
export async function findPerson(
  control: Pick<ControlState, 'db'>,
  address: string,
): Promise<{ person_id: string; roles: readonly Role[] } | undefined> {
  const row = await control.db
    .selectFrom('people')
    .select(['person_id', 'roles'])
    .where('email', '=', address.trim().toLowerCase())
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return row && { person_id: row.person_id, roles: z.array(z.enum(ROLES)).parse(JSON.parse(row.roles)) };
}

export interface TokenOptions {
  readonly email: string;
  readonly label: string;
  /** Who made it: an e-mail address, or the command line. */
  readonly created_by: string;
  /** `initiate` alone proves who started a run and opens nothing; it is what to hand to an agent. */
  readonly scopes?: readonly Extract<Scope, 'sign_in' | 'initiate'>[];
  readonly expires_in_seconds?: number;
}

/** Makes a personal token. The token itself is in the answer and nowhere else. @throws TollgateError `not_found` */
export async function issueToken(
  control: ControlState,
  { email: address, label, created_by, scopes = ['sign_in', 'initiate'], expires_in_seconds }: TokenOptions,
): Promise<{ credential_id: string; token: string }> {
  const person = await findPerson(control, address);
  if (person === undefined) throw new TollgateError('not_found', `Nobody has the address ${address}.`);
  const { credential_id, presented, hash } = newSecret('person_token');
  await control.change(async (change) => {
    const { db, now } = change;
    const credential = {
      credential_id,
      kind: 'person_token' as const,
      secret_hash: hash,
      label,
      person_id: person.person_id,
      scopes: JSON.stringify(scopes),
      created_at: timeText(now),
      created_by,
      expires_at: expires_in_seconds === undefined ? null : timeText(now + seconds(expires_in_seconds)),
    };
    await db.insertInto('credentials').values(credential).execute();
    await change.record(installationLedger(control, created_by), {
      kind: 'credential_issued',
      actor: created_by,
      detail: { credential_id, kind: 'person_token', email: address, label, scopes: [...scopes] },
    });
  });
  return { credential_id, token: presented };
}
