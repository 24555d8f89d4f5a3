import {
  APPROVAL_STATES,
  approvalDecisionRequest,
  approvalStatus,
  breakGlassRequest,
} from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { approvalParams } from './agent-routes.ts';
import { breakGlass } from './break-glass.ts';
import { decideApproval } from './decide-approval.ts';
import { approvalDetail, approvalSummary, listApprovals, readApproval } from './read-approvals.ts';

const READERS = { roles: ['approver', 'owner', 'reviewer', 'auditor', 'admin'] } as const;

const list = defineRoute({
  method: 'get',
  path: '/v1/approvals',
  summary: 'Approvals of your teams, the newest first',
  tag: 'approvals',
  access: READERS,
  query: z.object({ ...pageQuery, state: z.enum(APPROVAL_STATES).optional() }),
  response: listOf(approvalSummary),
  handle: ({ query, identity, deps }) =>
    listApprovals(deps, requirePerson(identity), { ...query, state: query.state, cursor: query.cursor }),
});

const read = defineRoute({
  method: 'get',
  path: '/v1/approvals/{approval_id}',
  summary: 'One approval; with the arguments for those who may decide it',
  tag: 'approvals',
  access: READERS,
  params: approvalParams,
  response: approvalDetail,
  handle: ({ params, identity, deps }) => readApproval(deps, requirePerson(identity), params.approval_id),
});

const decide = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approval_id}/decision',
  summary: 'Approve or refuse, as a named approver who did not start the run',
  tag: 'approvals',
  access: { roles: ['approver'] },
  params: approvalParams,
  body: approvalDecisionRequest,
  response: approvalStatus,
  handle: ({ params, body, identity, deps }) =>
    decideApproval(deps, requirePerson(identity), params.approval_id, body),
});

const glass = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approval_id}/break-glass',
  summary: 'Let one waiting call through without its approval, as a person whom the workflow names for that',
  tag: 'approvals',
  access: { roles: ['owner', 'approver', 'reviewer', 'admin'] },
  params: approvalParams,
  body: breakGlassRequest,
  response: approvalStatus,
  handle: ({ params, body, identity, deps }) =>
    breakGlass(deps, requirePerson(identity), params.approval_id, body.reason),
});

export const peopleApprovalRoutes = [list, read, decide, glass];
