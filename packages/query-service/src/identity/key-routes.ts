import { z } from 'zod';
import { decodeCursor, listOf, pageOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { readJsonList } from '../state/json.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, isoTimeOrNull } from '../state/time.ts';
import { visibleTeams } from './allows.ts';
import { createAgentKey, newAgentKey, revokeCredential } from './keys.ts';
import { lifetime } from './lifetime.ts';
import { requirePerson, requireTeam } from './require.ts';
import { requireCredential } from './require-credential.ts';
import { rotateKey } from './rotate-key.ts';

const ADMINS = { roles: ['admin'] } as const;
const params = z.strictObject({ credential_id: z.string().min(1).max(64) });

const addKey = defineRoute({
  method: 'post',
  path: '/v1/keys',
  summary: 'Make a key for an agent’s process',
  tag: 'identities',
  access: ADMINS,
  body: newAgentKey.omit({ created_by: true }),
  response: z.object({ credential_id: z.string(), key: z.string() }),
  status: 201,
  handle: async ({ body, identity, deps: { control } }) => {
    const admin = requirePerson(identity);
    requireTeam(admin, body.team);
    return createAgentKey(control, { ...body, created_by: admin.name });
  },
});

const keyAnswer = z.object({
  credential_id: z.string(),
  principal: z.string(),
  team: z.string(),
  workflows: z.array(z.string()),
  scopes: z.array(z.string()),
  label: z.string(),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  expires_at: z.iso.datetime().nullable(),
  revoked_at: z.iso.datetime().nullable(),
});

const toKeyAnswer = (row: ControlTables['credentials']): z.input<typeof keyAnswer> => ({
  ...{ credential_id: row.credential_id, label: row.label, created_by: row.created_by },
  ...{ principal: row.principal ?? '', team: row.team ?? '' },
  ...{ workflows: [...readJsonList(row.workflows)], scopes: [...readJsonList(row.scopes)] },
  created_at: isoTime(row.created_at),
  expires_at: isoTimeOrNull(row.expires_at),
  revoked_at: isoTimeOrNull(row.revoked_at),
});

const listKeys = defineRoute({
  method: 'get',
  path: '/v1/keys',
  summary: 'Keys of agents; never the secrets',
  tag: 'identities',
  access: { roles: ['admin', 'auditor'] },
  query: z.strictObject(pageQuery),
  response: listOf(keyAnswer),
  handle: async ({ query: { limit, cursor }, identity, deps: { control } }) => {
    let query = control.db
      .selectFrom('credentials')
      .selectAll()
      .where('kind', '=', 'agent_key')
      .orderBy('credential_id')
      .limit(limit + 1);
    if (cursor !== undefined)
      query = query.where('credential_id', '>', decodeCursor(cursor, z.tuple([z.string()]))[0]);
    const teams = visibleTeams(identity);
    if (teams !== undefined) query = query.where('team', 'in', teams);
    const page = pageOf(await query.execute(), limit, ({ credential_id }) => [credential_id]);
    return { ...page, items: page.items.map(toKeyAnswer) };
  },
});

const rotate = defineRoute({
  method: 'post',
  path: '/v1/keys/{credential_id}/rotate',
  summary:
    'Make a second key beside a live one, for the same agent; the one before ends in `overlap_seconds`, or when revoked',
  tag: 'identities',
  access: ADMINS,
  params,
  body: z.strictObject({
    expires_in_seconds: lifetime.optional(),
    overlap_seconds: lifetime.optional(),
  }),
  response: z.object({
    credential_id: z.string(),
    key: z.string(),
    replaces: z.object({ credential_id: z.string(), expires_at: z.iso.datetime().nullable() }),
  }),
  status: 201,
  handle: async ({ params: { credential_id }, body, identity, deps: { control } }) => {
    const admin = requirePerson(identity);
    await requireCredential(control, admin, credential_id);
    const made = await rotateKey(control, { ...body, credential_id, created_by: admin.name });
    return {
      ...{ credential_id: made.credential_id, key: made.key },
      replaces: { credential_id, expires_at: isoTimeOrNull(made.replaced_expires_at) },
    };
  },
});

const revoke = defineRoute({
  method: 'post',
  path: '/v1/credentials/{credential_id}/revoke',
  summary: 'End a key or token, and every session that it opened, at once',
  tag: 'identities',
  access: ADMINS,
  params,
  response: z.object({ credential_id: z.string(), revoked: z.literal(true) }),
  handle: async ({ params: { credential_id }, identity, deps: { control } }) => {
    const admin = requirePerson(identity);
    await requireCredential(control, admin, credential_id);
    await revokeCredential(control, credential_id, admin.name);
    return { credential_id, revoked: true as const };
  },
});

export const keyRoutes: readonly Route[] = [addKey, listKeys, rotate, revoke];
