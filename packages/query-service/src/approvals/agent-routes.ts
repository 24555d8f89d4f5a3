import { approvalRequest, approvalStatus, consumeRequest, receipt, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { requireAgent } from '../identity/require.ts';
import { consumeGrant } from './consume-grant.ts';
import { requestApproval } from './request-approval.ts';
import { waitForApproval } from './wait-for-approval.ts';
import { withdrawApproval } from './withdraw-approval.ts';

const AGENT = { roles: ['agent'] } as const;
export const approvalParams = z.object({ approval_id: uuid });

const request = defineRoute({
  method: 'post',
  path: '/v1/approvals',
  summary: 'Ask for the approval of one class-3 call',
  tag: 'approvals',
  access: AGENT,
  body: approvalRequest,
  response: approvalStatus,
  status: 201,
  handle: ({ body, identity, deps }) => requestApproval(deps, requireAgent(identity), body),
});

const status = defineRoute({
  method: 'get',
  path: '/v1/approvals/{approval_id}/status',
  summary: 'Where an approval stands; answers as soon as that changes',
  tag: 'approvals',
  access: AGENT,
  params: approvalParams,
  query: z.object({ wait_seconds: z.coerce.number().min(0).max(60).default(0) }),
  response: approvalStatus,
  handle: ({ params, query, identity, deps, signal }) =>
    waitForApproval(deps, requireAgent(identity), params.approval_id, { ...query, signal }),
});

const consume = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approval_id}/consume',
  summary: 'Use the grant, once: the receipt without which no class-3 tool runs',
  tag: 'approvals',
  access: AGENT,
  params: approvalParams,
  body: consumeRequest,
  response: receipt,
  handle: ({ params, body, identity, deps }) =>
    consumeGrant(deps, requireAgent(identity), params.approval_id, body),
});

const withdraw = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approval_id}/withdraw',
  summary: 'Take back a request, or a grant that was not used',
  tag: 'approvals',
  access: AGENT,
  params: approvalParams,
  response: approvalStatus,
  handle: ({ params, identity, deps }) => withdrawApproval(deps, requireAgent(identity), params.approval_id),
});

export const agentApprovalRoutes = [request, status, consume, withdraw];
