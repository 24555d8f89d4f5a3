import { guid, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { nanosOf, rangeQuery, storeRange } from '../runs/time-range.ts';
import { findHeldRuns } from './find-held-runs.ts';
import { holdAnswer, toAnswer } from './hold.ts';
import { liftHold } from './lift-hold.ts';
import { listHolds } from './read-holds.ts';
import { setHold } from './set-hold.ts';

const reason = z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000);

export const holdRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/holds',
    summary: 'Legal holds, the newest first',
    tag: 'holds',
    access: { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] },
    query: z.strictObject({
      ...pageQuery,
      workflow: z.string().min(1).max(256).optional(),
      run_id: guid.optional(),
      /** `live`: it holds now. */
      state: z.enum(['live', 'over']).optional(),
    }),
    response: listOf(holdAnswer),
    handle: ({ query: { limit, cursor, workflow, run_id, state }, identity, deps }) =>
      listHolds(deps, identity, { limit, cursor, workflow, run_id, state }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/holds',
    summary: 'Keep a run, or the runs of a workflow and a period, from retention and erasure',
    tag: 'holds',
    access: { roles: ['owner', 'admin'] },
    body: z.union([
      z.strictObject({ run_id: guid, reason }),
      z.strictObject({ workflow: z.string().min(1).max(64), ...rangeQuery, reason }),
    ]),
    response: holdAnswer,
    status: 201,
    handle: async ({ body, identity, deps }) => {
      const person = requirePerson(identity);
      if ('run_id' in body)
        return toAnswer(await setHold(deps, person, { kind: 'run', run_id: body.run_id }, body.reason));
      const { workflow, from, to } = body;
      storeRange({ from, to });
      const asked = { kind: 'workflow', workflow, from: nanosOf(from), to: nanosOf(to) } as const;
      const hold = await setHold(deps, person, asked, body.reason);
      await findHeldRuns(deps).catch((error: unknown) =>
        deps.logger.warn({ err: error }, 'runs of a new hold could not be looked for; they will be'),
      );
      return toAnswer(hold);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/holds/{hold_id}/lift',
    summary: 'End a legal hold',
    tag: 'holds',
    // Not its owner: who set a hold may be whom it is about.
    access: { roles: ['admin'] },
    params: z.strictObject({ hold_id: uuid }),
    body: z.strictObject({ reason }),
    response: holdAnswer,
    handle: async ({ params, body, identity, deps }) =>
      toAnswer(await liftHold(deps, requirePerson(identity), params.hold_id, body.reason)),
  }),
];
