import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { readHistory, registrationAnswer } from './read-history.ts';
import { listSuspensions, suspensionAnswer } from './read-suspensions.ts';
import { workflowParams } from './workflow-routes.ts';

const PEOPLE = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;

/** What became of workflows over time. */
export const historyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/workflows/{workflow}/history',
    summary: 'Who registered which version when, and what each changed and loosened; the newest first',
    tag: 'workflows',
    access: PEOPLE,
    params: workflowParams,
    query: z.strictObject(pageQuery),
    response: listOf(registrationAnswer),
    handle: ({ params, query: { limit, cursor }, identity, deps }) =>
      readHistory(deps, identity, params.workflow, { limit, cursor }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/suspensions',
    summary: 'When workflows were suspended and resumed, by whom and why; the newest first',
    tag: 'workflows',
    access: PEOPLE,
    query: z.strictObject({
      ...pageQuery,
      workflow: z.string().min(1).max(64).optional(),
      /** `live`: it holds now. */
      state: z.enum(['live', 'over']).optional(),
    }),
    response: listOf(suspensionAnswer),
    handle: ({ query: { limit, cursor, workflow, state }, identity, deps }) =>
      listSuspensions(deps, identity, { limit, cursor, workflow, state }),
  }),
];
