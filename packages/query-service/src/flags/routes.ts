import { FLAG_STATES, guid, SEVERITIES, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { TRIAGE_ROLES, type TriageState } from './may-triage.ts';
import { flagAnswer, listFlags, readFlag, wholeFlagAnswer } from './read-flags.ts';
import { triageFlag } from './triage.ts';

const readers = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const params = z.strictObject({ flag_id: uuid });
const note = z.string().trim().min(1, { error: 'say why, in a few words' }).max(4000);
const name = z.string().min(1).max(256);

const triageRoute = (verb: 'acknowledge' | 'resolve', to: TriageState, summary: string): Route =>
  defineRoute({
    method: 'post',
    path: `/v1/flags/{flag_id}/${verb}`,
    summary,
    tag: 'flags',
    access: { roles: TRIAGE_ROLES },
    params,
    body: z.strictObject({ note }),
    response: wholeFlagAnswer,
    handle: async ({ deps, identity, params: { flag_id }, body }) => {
      await triageFlag(deps, requirePerson(identity), flag_id, to, body.note);
      return readFlag(deps, identity, flag_id);
    },
  });

export const flagRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/flags',
    summary: 'What the controls found, the newest first',
    tag: 'flags',
    access: readers,
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(FLAG_STATES).optional(),
      control: name.optional(),
      workflow: name.optional(),
      run_id: guid.optional(),
      severity: z.enum(SEVERITIES).optional(),
    }),
    response: listOf(flagAnswer),
    handle: async ({ deps, identity, query }) => listFlags(deps, identity, query),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/flags/{flag_id}',
    summary: 'One flag with the evidence that raised it, and who had a part in what it is about',
    tag: 'flags',
    access: readers,
    params,
    response: wholeFlagAnswer,
    handle: async ({ deps, identity, params: { flag_id } }) => readFlag(deps, identity, flag_id),
  }),
  triageRoute('acknowledge', 'acknowledged', 'Say that you have seen a flag, and what you will do'),
  triageRoute(
    'resolve',
    'resolved',
    'Close a flag, and say what was done; a critical one, somebody who had no part in what it is about',
  ),
];
