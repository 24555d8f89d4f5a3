import { agentApprovalRoutes } from './approvals/agent-routes.ts';
import { peopleApprovalRoutes } from './approvals/people-routes.ts';
import type { Route } from './http/route.ts';
import { sessionRoutes } from './identity/session-routes.ts';
import { agentRunRoutes } from './registrations/agent-routes.ts';
import { workflowRoutes } from './registrations/workflow-routes.ts';

/** Every route of the API, by module. */
export const ROUTES: readonly (readonly Route[])[] = [
  sessionRoutes,
  workflowRoutes,
  agentRunRoutes,
  agentApprovalRoutes,
  peopleApprovalRoutes,
];
