import { z } from 'zod';
import { decodeCursor, listOf, pageOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { readJsonList } from '../state/json.ts';
import { isoTime, isoTimeOrNull, timeText } from '../state/time.ts';
import { lifetime } from './lifetime.ts';
import { issueToken } from './people.ts';
import { requirePerson, requireTeam } from './require.ts';
import { namesTeam } from './team-filter.ts';

const addToken = defineRoute({
  method: 'post',
  path: '/v1/tokens',
  summary: 'Issue a token to a person; `initiate` alone proves who started a run, and opens nothing',
  tag: 'identities',
  access: { roles: ['admin'] },
  body: z.strictObject({
    email: z.email(),
    label: z.string().max(200).default(''),
    scopes: z
      .array(z.enum(['sign_in', 'initiate']))
      .min(1)
      .default(['sign_in', 'initiate']),
    expires_in_seconds: lifetime.optional(),
  }),
  // The secret is in this one answer and nowhere else.
  response: z.object({ credential_id: z.string(), token: z.string() }),
  status: 201,
  handle: async ({ body: { expires_in_seconds, ...body }, identity, deps: { control } }) => {
    const admin = requirePerson(identity);
    // Whoever can issue a token to a person can act as that person.
    requireTeam(admin, '*');
    const until = expires_in_seconds === undefined ? {} : { expires_in_seconds };
    return issueToken(control, { ...body, ...until, created_by: admin.name });
  },
});

const tokenAnswer = z.object({
  credential_id: z.string(),
  email: z.string(),
  /** `single sign-on` is one that a sign-in by the provider opened. */
  label: z.string(),
  scopes: z.array(z.string()),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  expires_at: z.iso.datetime().nullable(),
});

const listTokens = defineRoute({
  method: 'get',
  path: '/v1/tokens',
  summary: 'Live tokens of people; never the secrets',
  tag: 'identities',
  access: { roles: ['admin', 'auditor'] },
  query: z.strictObject({ ...pageQuery, email: z.email().toLowerCase().optional() }),
  response: listOf(tokenAnswer),
  handle: async ({ query: { limit, cursor, email }, identity, deps: { control, clock } }) => {
    let query = control.db
      .selectFrom('credentials')
      .innerJoin('people', 'people.person_id', 'credentials.person_id')
      .select(['credential_id', 'email', 'label', 'scopes', 'credentials.created_at as created_at'])
      .select(['created_by', 'expires_at'])
      .where('kind', '=', 'person_token')
      .where('revoked_at', 'is', null)
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', timeText(clock()))]))
      .where(namesTeam(identity))
      .orderBy('credential_id')
      .limit(limit + 1);
    if (email !== undefined) query = query.where('email', '=', email);
    if (cursor !== undefined)
      query = query.where('credential_id', '>', decodeCursor(cursor, z.tuple([z.string()]))[0]);
    const page = pageOf(await query.execute(), limit, ({ credential_id }) => [credential_id]);
    const items = page.items.map(({ scopes, created_at, expires_at, ...rest }) => ({
      ...{ ...rest, scopes: [...readJsonList(scopes)] },
      ...{ created_at: isoTime(created_at), expires_at: isoTimeOrNull(expires_at) },
    }));
    return { ...page, items };
  },
});

export const tokenRoutes: readonly Route[] = [addToken, listTokens];
