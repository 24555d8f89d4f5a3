import { guid, REVIEW_VERDICTS, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { rangeQuery } from '../runs/time-range.ts';
import { claimSample } from './claim-sample.ts';
import { listSamples, readSample, SAMPLE_STATES, sampleAnswer } from './read-samples.ts';
import { releaseSample } from './release-sample.ts';
import { readReviewReport, reportAnswer } from './review-report.ts';
import { reviewSample } from './review-sample.ts';

const readers = { roles: ['owner', 'reviewer', 'auditor', 'admin'] } as const;
const params = z.strictObject({ sample_id: uuid });

const reviewRequest = z.strictObject({
  verdict: z.enum(REVIEW_VERDICTS),
  note: z.string().trim().min(1, { error: 'say why, in a few words' }).max(4000),
  /** Criterion → score from 0 to 10. */
  scores: z.record(z.string().min(1).max(64), z.number().min(0).max(10)).optional(),
});

export const sampleRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/samples',
    summary: 'Class-2 actions chosen for review, the most urgent first',
    tag: 'samples',
    access: readers,
    query: z.strictObject({
      ...pageQuery,
      state: z.enum(SAMPLE_STATES).optional(),
      workflow: z.string().min(1).max(256).optional(),
      run_id: guid.optional(),
    }),
    response: listOf(sampleAnswer),
    handle: async ({ deps, identity, query }) => listSamples(deps, identity, query),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/samples/report',
    summary: 'Coverage and lateness of reviews in a period, by workflow',
    tag: 'samples',
    access: readers,
    query: z.strictObject({ ...rangeQuery, workflow: z.string().min(1).max(256).optional() }),
    response: z.object({ items: z.array(reportAnswer), next_cursor: z.null() }),
    handle: async ({ deps, identity, query }) => ({
      items: [...(await readReviewReport(deps, identity, query))],
      next_cursor: null,
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/samples/{sample_id}',
    summary: 'One sampled action',
    tag: 'samples',
    access: readers,
    params,
    response: sampleAnswer,
    handle: async ({ deps, identity, params: { sample_id } }) => readSample(deps, identity, sample_id),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/samples/{sample_id}/claim',
    summary:
      'Claim a sampled action for four hours, so that nobody else reviews it meanwhile; one claim holds',
    tag: 'samples',
    access: { roles: ['owner', 'reviewer', 'admin'] },
    params,
    response: sampleAnswer,
    handle: async ({ deps, identity, params: { sample_id } }) => {
      await claimSample(deps, requirePerson(identity), sample_id);
      return readSample(deps, identity, sample_id);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/samples/{sample_id}/release',
    summary: 'Release a claimed action for others to review; who claimed it, or an admin',
    tag: 'samples',
    access: { roles: ['owner', 'reviewer', 'admin'] },
    params,
    response: sampleAnswer,
    handle: async ({ deps, identity, params: { sample_id } }) => {
      await releaseSample(deps, requirePerson(identity), sample_id);
      return readSample(deps, identity, sample_id);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/samples/{sample_id}/review',
    summary:
      'Review a sampled action; only who the workflow names as reviewer, and never the initiator of the run',
    tag: 'samples',
    // Being named by the workflow is what counts; the check is where the sample is known.
    access: { roles: ['owner', 'reviewer', 'admin'] },
    params,
    body: reviewRequest,
    response: sampleAnswer,
    handle: async ({ deps, identity, params: { sample_id }, body }) => {
      await reviewSample(deps, requirePerson(identity), sample_id, body);
      return readSample(deps, identity, sample_id);
    },
  }),
];
