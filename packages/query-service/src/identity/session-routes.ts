import { ROLES } from '@tollgate/contract';
import { z } from 'zod';
import { defineRoute, type Reply } from '../http/route.ts';
import { isoTime } from '../state/time.ts';
import { sessionCookies } from './cookies.ts';
import type { Identity } from './identity.ts';
import { readsContent } from './reads-content.ts';
import { endSession, openSession } from './sessions.ts';

const whoAmI = z.object({
  kind: z.enum(['person', 'agent']),
  name: z.string(),
  display_name: z.string(),
  roles: z.array(z.enum(ROLES)),
  teams: z.array(z.string()),
  groups: z.array(z.string()),
  /** Whether content may be read: by role, and not withheld from the person. */
  reads_content: z.boolean(),
  workflows: z.array(z.string()).optional(),
});

const ANYONE = { roles: ROLES };

const signIn = defineRoute({
  method: 'post',
  path: '/v1/session',
  summary: 'Sign in with a personal token; sets the session cookies',
  tag: 'session',
  access: 'public',
  body: z.strictObject({ token: z.string().min(1).max(256) }),
  response: whoAmI.extend({ expires_at: z.iso.datetime() }),
  status: 201,
  handle: async ({ body, deps, reply }) => {
    const { person, session, csrf, expires_at } = await openSession(deps, body.token);
    setCookies(reply, session, csrf, deps.settings.session_seconds, deps.settings.secure_cookies);
    return { ...toWhoAmI(person), expires_at: isoTime(expires_at) };
  },
});

const whoIsSignedIn = defineRoute({
  method: 'get',
  path: '/v1/session',
  summary: 'Who the request comes from',
  tag: 'session',
  access: ANYONE,
  response: whoAmI,
  handle: async ({ identity }) => toWhoAmI(identity),
});

const signOut = defineRoute({
  method: 'delete',
  path: '/v1/session',
  summary: 'End the session of the cookie',
  tag: 'session',
  access: ANYONE,
  response: z.object({ signed_out: z.boolean() }),
  handle: async ({ identity, deps, reply }) => {
    if (identity.kind !== 'person' || identity.session_id === undefined) return { signed_out: false };
    await endSession(deps, identity, identity.session_id);
    setCookies(reply, '', '', 0, deps.settings.secure_cookies);
    return { signed_out: true };
  },
});

function setCookies(
  reply: Reply,
  session: string,
  csrf: string,
  max_age_seconds: number,
  secure: boolean,
): void {
  reply.header('set-cookie', sessionCookies(session, csrf, { max_age_seconds, secure }));
}

function toWhoAmI(identity: Identity): z.input<typeof whoAmI> {
  const { kind, name } = identity;
  const shared = {
    ...{ kind, name, roles: [...identity.roles], teams: [...identity.teams] },
    reads_content: readsContent(identity),
  };
  if (identity.kind === 'agent')
    return { ...shared, display_name: name, groups: [], workflows: [...identity.workflows] };
  return { ...shared, display_name: identity.display_name, groups: [...identity.groups] };
}

export const sessionRoutes = [signIn, whoIsSignedIn, signOut];
