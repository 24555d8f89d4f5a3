import { uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { workflowParams } from '../registrations/workflow-routes.ts';
import { NOTIFICATION_STATES } from '../state/incident-tables.ts';
import { isoTimeOrNull } from '../state/time.ts';
import { rotateSecret, testPath } from './manage-path.ts';
import { listNotifications, notificationAnswer, readNotification } from './read-notifications.ts';

const READERS = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const OWNERS = { roles: ['owner', 'admin'] } as const;

export const incidentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/notifications',
    summary: 'What was sent down incident paths, with each attempt, the newest first',
    tag: 'incidents',
    access: READERS,
    query: z.strictObject({
      ...pageQuery,
      workflow: z.string().min(1).max(64).optional(),
      flag_id: uuid.optional(),
      state: z.enum(NOTIFICATION_STATES).optional(),
      purpose: z.enum(['incident', 'test']).optional(),
    }),
    response: listOf(notificationAnswer),
    handle: ({ deps, identity, query }) => listNotifications(deps, identity, query),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/workflows/{workflow}/incident-path/test',
    summary: 'Send a test down the incident path of the workflow',
    tag: 'incidents',
    access: OWNERS,
    params: workflowParams,
    response: notificationAnswer,
    status: 202,
    handle: async ({ deps, identity, params }) => {
      const id = await testPath(deps, requirePerson(identity), params.workflow);
      return readNotification(deps, identity, id);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/workflows/{workflow}/incident-path/secret',
    summary: 'Make a new secret for the webhook; shown once, and the one before signs for another day',
    tag: 'incidents',
    access: OWNERS,
    params: workflowParams,
    response: z.object({
      workflow: z.string(),
      /** As Standard Webhooks write it: `whsec_` and base64. */
      secret: z.string(),
      /** Null where there was none before. */
      previous_ends_at: z.iso.datetime().nullable(),
    }),
    status: 201,
    handle: async ({ deps, identity, params: { workflow }, reply }) => {
      reply.header('cache-control', 'no-store');
      const { secret, previous_ends_at } = await rotateSecret(deps, requirePerson(identity), workflow);
      return { workflow, secret, previous_ends_at: isoTimeOrNull(previous_ends_at) };
    },
  }),
];
