import { z } from 'zod';
import { decodeCursor, listOf, pageOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { changePerson, personAnswer, personChange, toPersonAnswer } from './change-person.ts';
import { createPerson, issueToken, newPerson } from './people.ts';
import { requirePerson, requireTeam } from './require.ts';
import { namesTeam } from './team-filter.ts';

const ADMINS = { roles: ['admin'] } as const;

const addPerson = defineRoute({
  method: 'post',
  path: '/v1/people',
  summary: 'Add a person, and issue a first token',
  tag: 'identities',
  access: ADMINS,
  body: newPerson.omit({ created_by: true }),
  // The secret is in this one answer and nowhere else.
  response: z.object({ credential_id: z.string(), token: z.string(), email: z.string() }),
  status: 201,
  handle: async ({ body, identity, deps: { control } }) => {
    const admin = requirePerson(identity);
    for (const team of body.teams) requireTeam(admin, team);
    const { email } = await createPerson(control, { ...body, created_by: admin.name });
    const token = await issueToken(control, { email, label: 'first token', created_by: admin.name });
    return { email, ...token };
  },
});

const listPeople = defineRoute({
  method: 'get',
  path: '/v1/people',
  summary: 'People, with their roles, teams and groups; who is disabled is left out',
  tag: 'identities',
  access: { roles: ['admin', 'auditor'] },
  query: z.strictObject(pageQuery),
  response: listOf(personAnswer),
  handle: async ({ query: { limit, cursor }, identity, deps: { control } }) => {
    let query = control.db
      .selectFrom('people')
      .selectAll()
      .where('disabled_at', 'is', null)
      .where(namesTeam(identity))
      .orderBy('email')
      .limit(limit + 1);
    if (cursor !== undefined)
      query = query.where('email', '>', decodeCursor(cursor, z.tuple([z.string()]))[0]);
    const page = pageOf(await query.execute(), limit, ({ email }) => [email]);
    return { ...page, items: page.items.map(toPersonAnswer) };
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/people/{email}',
  summary: 'Change a person’s roles, teams, groups or right to read content, or disable them',
  tag: 'identities',
  access: ADMINS,
  params: z.strictObject({ email: z.string().trim().toLowerCase().min(1).max(320) }),
  body: personChange,
  response: personAnswer,
  handle: async ({ params: { email }, body, identity, deps: { control } }) =>
    changePerson(control, requirePerson(identity), email, body),
});

export const peopleRoutes: readonly Route[] = [addPerson, listPeople, change];
