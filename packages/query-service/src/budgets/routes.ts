import { BUDGET_PERIODS, lease, leaseRequest, settleAnswer, settleRequest, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requireAgent } from '../identity/require.ts';
import { leaseBudget } from './lease.ts';
import { budgetAnswer, listBudgets } from './read-budgets.ts';
import { settleLeases } from './settle.ts';

const AGENT = { roles: ['agent'] } as const;
const runParams = z.object({ run_id: uuid });

export const budgetRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/runs/{run_id}/leases',
    summary: 'Reserve room under the limits of the run, its day and its month',
    tag: 'budgets',
    access: AGENT,
    params: runParams,
    body: leaseRequest,
    response: lease,
    status: 201,
    handle: ({ params, body, identity, deps }) =>
      leaseBudget(deps, requireAgent(identity), params.run_id, body),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/runs/{run_id}/leases/settle',
    summary: 'Say what was spent from leases so far, and give back the rest of those that are closed',
    tag: 'budgets',
    access: AGENT,
    params: runParams,
    body: settleRequest,
    response: settleAnswer,
    handle: ({ params, body, identity, deps }) =>
      settleLeases(deps, requireAgent(identity), params.run_id, body),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/budgets',
    summary: 'What stands against each limit: spent, reserved, unsettled, what is left, and a forecast',
    tag: 'budgets',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    query: z.strictObject({
      ...pageQuery,
      workflow: z.string().min(1).max(64).optional(),
      period: z.enum(BUDGET_PERIODS).optional(),
      run_id: uuid.optional(),
    }),
    response: listOf(budgetAnswer),
    handle: ({ query, identity, deps }) => listBudgets(deps, identity, query),
  }),
];
