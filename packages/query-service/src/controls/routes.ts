import { z } from 'zod';
import { evaluateControls } from '../flags/evaluate.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { rangeQuery } from '../runs/time-range.ts';
import { CONTROLS } from './catalogue.ts';
import { SEVERITIES } from './control.ts';
import { readResults, resultAnswer } from './read-results.ts';

const controlAnswer = z.object({
  control: z.string(),
  /** The action classes that it guards. */
  classes: z.array(z.union([z.literal(1), z.literal(2), z.literal(3)])),
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  description: z.string(),
  grace_seconds: z.int(),
});

const count = z.int().min(0);
const evaluationAnswer = z.object({
  runs: count,
  sampled: count,
  raised: count,
  reopened: count,
  updated: count,
  cleared: count,
});

export const controlRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/controls',
    summary: 'Every control, with the rule that it checks',
    tag: 'controls',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    response: z.object({ items: z.array(controlAnswer), next_cursor: z.null() }),
    handle: async () => ({
      items: CONTROLS.map(({ classes, graceSeconds, ...each }) => ({
        ...each,
        classes: [...classes],
        grace_seconds: graceSeconds,
      })),
      next_cursor: null,
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/controls/results',
    summary: 'What each control found in each workflow by day, and what has become of it',
    tag: 'controls',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    query: z.strictObject({ ...rangeQuery, workflow: z.string().min(1).max(256).optional() }),
    response: z.object({ items: z.array(resultAnswer), next_cursor: z.null() }),
    handle: async ({ deps, identity, query }) => ({
      items: [...(await readResults(deps, identity, query))],
      next_cursor: null,
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/controls/evaluate',
    summary: 'Evaluate the controls now, over what is new or over everything',
    tag: 'controls',
    access: { roles: ['admin'] },
    body: z.strictObject({ full: z.boolean().default(false) }),
    response: evaluationAnswer,
    handle: async ({ deps, body }) => evaluateControls(deps, body.full ? { since: 0n } : {}),
  }),
];
