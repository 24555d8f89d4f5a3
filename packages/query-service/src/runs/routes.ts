import { guid } from '@tollgate/contract';
import { z } from 'zod';
import { evidenceAnswer, readEvidence } from '../evidence/read-evidence.ts';
import { quarantineAnswer, readQuarantine } from '../evidence/read-quarantine.ts';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { runFilterQuery } from './filters.ts';
import { listRuns, RUN_STATUSES, readRun, runAnswer } from './read-runs.ts';
import { rangeQuery } from './time-range.ts';

const readers = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const params = z.strictObject({ run_id: guid });
const name = z.string().min(1).max(256);

export const runRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/runs',
    summary: 'Runs, the newest first',
    tag: 'runs',
    access: readers,
    query: z.strictObject({
      ...pageQuery,
      ...rangeQuery,
      ...runFilterQuery,
      status: z.enum(RUN_STATUSES).optional(),
    }),
    response: listOf(runAnswer),
    handle: async ({ deps, identity, query }) => listRuns(deps, identity, query),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/runs/{run_id}',
    summary: 'One run with its cost',
    tag: 'runs',
    access: readers,
    params,
    response: runAnswer,
    handle: async ({ deps, identity, params: { run_id } }) => readRun(deps, identity, run_id),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/runs/{run_id}/evidence',
    summary: 'The whole evidence of one run: timeline, model calls, tool calls, cost, chain and flags',
    tag: 'runs',
    access: readers,
    params,
    query: z.strictObject({
      /** Content comes only where it is asked for. */
      content: z.enum(['true', 'false']).default('false'),
    }),
    response: evidenceAnswer,
    handle: async ({ deps, identity, params: { run_id }, query }) =>
      readEvidence(deps, identity, run_id, { content: query.content === 'true' }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/quarantine',
    summary: 'What could not be stored as a span, and why; the newest first',
    tag: 'runs',
    access: { roles: ['auditor', 'admin'] },
    query: z.strictObject({ ...pageQuery, reason: name.optional() }),
    response: listOf(quarantineAnswer),
    handle: async ({ deps, identity, query }) => readQuarantine(deps, identity, query),
  }),
];
