import { SEVERITIES } from '@tollgate/contract';
import { z } from 'zod';
import { evaluateControls } from '../flags/evaluate.ts';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import { rangeQuery } from '../runs/time-range.ts';
import { CONTROLS } from './catalogue.ts';
import { coverageList, RESULTS, readCoverage, readPopulation, unitAnswer } from './coverage.ts';
import { POPULATIONS, populationOf } from './population.ts';
import { readResults, resultAnswer } from './read-results.ts';

const controlAnswer = z.object({
  control: z.string(),
  /** The action classes that it guards. */
  classes: z.array(z.union([z.literal(1), z.literal(2), z.literal(3)])),
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  description: z.string(),
  grace_seconds: z.int(),
  /** What its coverage is counted over; null for a control that only gives notice. */
  population: z.string().nullable(),
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

const describe = (population: ReturnType<typeof populationOf>) =>
  population === undefined ? null : POPULATIONS[population];

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
        population: describe(populationOf(each.control)),
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
    method: 'get',
    path: '/v1/controls/coverage',
    summary: 'How each control held in each workflow: population, passed, failed, and not known yet',
    tag: 'controls',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    query: z.strictObject({ ...rangeQuery, workflow: z.string().min(1).max(256).optional() }),
    response: coverageList,
    handle: ({ deps, identity, query }) => readCoverage(deps, identity, query),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/controls/{control}/population',
    summary:
      'What a control’s coverage was counted over, one by one, with the result of each; the newest first',
    tag: 'controls',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    params: z.strictObject({ control: z.enum(CONTROLS.map(({ control }) => control)) }),
    query: z.strictObject({
      ...pageQuery,
      ...rangeQuery,
      workflow: z.string().min(1).max(256).optional(),
      result: z.enum(RESULTS).optional(),
    }),
    response: listOf(unitAnswer),
    handle: ({ deps, identity, params, query }) => readPopulation(deps, identity, params.control, query),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/controls/evaluate',
    summary: 'Evaluate the controls now, over what is new or over everything',
    tag: 'controls',
    access: { roles: ['admin'] },
    body: z.strictObject({ full: z.boolean().default(false) }),
    response: evaluationAnswer,
    handle: async ({ deps, identity, body }) => {
      if (!body.full) return evaluateControls(deps);
      const { name } = requirePerson(identity);
      // First: flags that change without anything new having arrived, changed because somebody asked.
      await deps.control.change((change) =>
        change.record(installationLedger(deps.control, name), { kind: 'controls_evaluated', actor: name }),
      );
      return evaluateControls(deps, { since: 0n });
    },
  }),
];
