import { agentApprovalRoutes } from './approvals/agent-routes.ts';
import { peopleApprovalRoutes } from './approvals/people-routes.ts';
import { budgetRoutes } from './budgets/routes.ts';
import { controlRoutes } from './controls/routes.ts';
import { costRoutes } from './costs/routes.ts';
import { erasureRoutes } from './erasures/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { exportRoutes } from './exports/routes.ts';
import { flagRoutes } from './flags/routes.ts';
import { holdRoutes } from './holds/routes.ts';
import type { Route } from './http/route.ts';
import { keyRoutes } from './identity/key-routes.ts';
import { peopleRoutes } from './identity/people-routes.ts';
import { sessionRoutes } from './identity/session-routes.ts';
import { tokenRoutes } from './identity/token-routes.ts';
import { incidentRoutes } from './incidents/routes.ts';
import { priceRoutes } from './pricing/routes.ts';
import { agentRunRoutes } from './registrations/agent-routes.ts';
import { historyRoutes } from './registrations/history-routes.ts';
import { rollbackRoutes } from './registrations/roll-back-run.ts';
import { workflowRoutes } from './registrations/workflow-routes.ts';
import { runRoutes } from './runs/routes.ts';
import { sampleRoutes } from './samples/routes.ts';
import { signOnApiRoutes } from './sign-on/routes.ts';

/** Every route of the API, by module. */
export const ROUTES: readonly (readonly Route[])[] = [
  sessionRoutes,
  signOnApiRoutes,
  peopleRoutes,
  keyRoutes,
  tokenRoutes,
  workflowRoutes,
  historyRoutes,
  agentRunRoutes,
  agentApprovalRoutes,
  peopleApprovalRoutes,
  budgetRoutes,
  runRoutes,
  rollbackRoutes,
  costRoutes,
  priceRoutes,
  sampleRoutes,
  flagRoutes,
  incidentRoutes,
  controlRoutes,
  eventRoutes,
  exportRoutes,
  holdRoutes,
  erasureRoutes,
];
