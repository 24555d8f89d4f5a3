import { heartbeat, runRegistration, runRegistrationRequest } from '@tollgate/contract';
import { defineRoute } from '../http/route.ts';
import { requireAgent } from '../identity/require.ts';
import { isSuspended } from './read-workflow.ts';
import { registerRun } from './register-run.ts';
import { visibleVersion } from './view-workflow.ts';
import { workflowParams } from './workflow-routes.ts';

const start = defineRoute({
  method: 'post',
  path: '/v1/runs',
  summary: 'Register a run before it starts',
  tag: 'runs',
  access: { roles: ['agent'] },
  body: runRegistrationRequest,
  response: runRegistration,
  status: 201,
  handle: ({ body, identity, deps }) => registerRun(deps, requireAgent(identity), body),
});

const beat = defineRoute({
  method: 'get',
  path: '/v1/workflows/{workflow}/heartbeat',
  summary: 'Whether the workflow may go on; asked several times a second',
  tag: 'workflows',
  access: { roles: ['agent', 'owner', 'admin'] },
  params: workflowParams,
  response: heartbeat,
  handle: async ({ params, identity, deps }) => {
    const { workflow, policy_version } = await visibleVersion(deps.control, identity, params.workflow);
    const suspended = await isSuspended(deps.control.db, workflow);
    const spent = await deps.hooks.spent?.(workflow);
    return { workflow, policy_version, suspended, ...(spent === undefined ? {} : { spent }) };
  },
});

export const agentRunRoutes = [start, beat];
