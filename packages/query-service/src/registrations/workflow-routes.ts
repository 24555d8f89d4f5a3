import { ROLES } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { requirementsOf } from './read-workflow.ts';
import { registerWorkflow } from './register-workflow.ts';
import { resumeWorkflow, suspendWorkflow } from './suspend.ts';
import {
  listWorkflows,
  readWorkflow,
  visibleVersion,
  workflowDetail,
  workflowSummary,
} from './view-workflow.ts';

const PEOPLE = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const OWNERS = { roles: ['owner', 'admin'] } as const;
export const workflowParams = z.object({ workflow: z.string().min(1).max(64) });
const reasonBody = z.strictObject({
  reason: z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000),
});
/** The answer of `requirements` in the contract package; its shape is documented there. */
const requirementsAnswer = z.looseObject({});

const register = defineRoute({
  method: 'post',
  path: '/v1/workflows',
  summary: 'Register a workflow file as the current version',
  tag: 'workflows',
  access: OWNERS,
  body: z.strictObject({ yaml: z.string().min(1).max(262_144) }),
  response: z.object({
    workflow: z.string(),
    policy_version: z.string(),
    /** False where this very version was the current one already. */
    registered: z.boolean(),
    requirements: requirementsAnswer,
  }),
  status: 201,
  handle: async ({ body, identity, deps }) => {
    const { requirements, registered } = await registerWorkflow(deps, requirePerson(identity), body.yaml);
    const { workflow, policy_version } = requirements;
    return { workflow, policy_version, registered, requirements: { ...requirements } };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/v1/workflows',
  summary: 'Workflows of your teams',
  tag: 'workflows',
  access: PEOPLE,
  query: z.object(pageQuery),
  response: listOf(workflowSummary),
  handle: ({ query, identity, deps }) => listWorkflows(deps, identity, { ...query, cursor: query.cursor }),
});

const read = defineRoute({
  method: 'get',
  path: '/v1/workflows/{workflow}',
  summary: 'One workflow: file, requirements, versions',
  tag: 'workflows',
  access: PEOPLE,
  params: workflowParams,
  response: workflowDetail,
  handle: ({ params, identity, deps }) => readWorkflow(deps, identity, params.workflow),
});

const required = defineRoute({
  method: 'get',
  path: '/v1/workflows/{workflow}/requirements',
  summary: 'The eight runtime requirements of the current version',
  tag: 'workflows',
  access: { roles: ROLES },
  params: workflowParams,
  response: requirementsAnswer,
  handle: async ({ params, identity, deps }) => {
    const version = await visibleVersion(deps.control, identity, params.workflow);
    return { ...(await requirementsOf(deps.control.db, version)).requirements };
  },
});

const suspend = defineRoute({
  method: 'post',
  path: '/v1/workflows/{workflow}/suspend',
  summary: 'Stop every tool of the workflow, from its next call on',
  tag: 'workflows',
  access: OWNERS,
  params: workflowParams,
  body: reasonBody,
  response: workflowDetail,
  handle: async ({ params, body, identity, deps }) => {
    await suspendWorkflow(deps, requirePerson(identity), params.workflow, body.reason);
    return readWorkflow(deps, identity, params.workflow);
  },
});

const resume = defineRoute({
  method: 'post',
  path: '/v1/workflows/{workflow}/resume',
  summary: 'Let a suspended workflow go on',
  tag: 'workflows',
  access: OWNERS,
  params: workflowParams,
  body: reasonBody,
  response: workflowDetail,
  handle: async ({ params, body, identity, deps }) => {
    await resumeWorkflow(deps, requirePerson(identity), params.workflow, body.reason);
    return readWorkflow(deps, identity, params.workflow);
  },
});

export const workflowRoutes = [register, list, read, required, suspend, resume];
