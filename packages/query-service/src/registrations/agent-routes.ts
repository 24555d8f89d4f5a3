import {
  heartbeat,
  resumedRun,
  resumeRequest,
  runRegistration,
  runRegistrationRequest,
  stopRequest,
  uuid,
} from '@tollgate/contract';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { requireAgent } from '../identity/require.ts';
import { countsOnRecord } from './counts-on-record.ts';
import { isSuspended } from './read-workflow.ts';
import { registerRun } from './register-run.ts';
import { resumeRun } from './resume-run.ts';
import { stopWorkflow } from './stop-workflow.ts';
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

const goOn = defineRoute({
  method: 'post',
  path: '/v1/runs/{run_id}/resume',
  summary: 'Go on with a run in another process, which writes a chain of its own',
  tag: 'runs',
  access: { roles: ['agent'] },
  params: z.object({ run_id: uuid }),
  body: resumeRequest,
  response: resumedRun,
  handle: async ({ params, body, identity, deps }) => {
    const agent = requireAgent(identity);
    const registration = await resumeRun(deps, agent, params.run_id, body);
    return { ...registration, before: await countsOnRecord(deps, agent, params.run_id) };
  },
});

const stop = defineRoute({
  method: 'post',
  path: '/v1/workflows/{workflow}/stop',
  summary: 'Suspend the own workflow because a stop condition is met; only a person lets it go on',
  tag: 'workflows',
  access: { roles: ['agent'] },
  params: workflowParams,
  body: stopRequest,
  response: heartbeat,
  handle: ({ params, body, identity, deps }) =>
    stopWorkflow(deps, requireAgent(identity), params.workflow, body),
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
    return { workflow, policy_version, suspended };
  },
});

export const agentRunRoutes = [start, goOn, beat, stop];
