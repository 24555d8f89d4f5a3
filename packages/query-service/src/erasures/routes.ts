import { guid, uuid } from '@tollgate/contract';
import { z } from 'zod';
import { listOf, pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { erasureAnswer, listErasures, readErasure } from './read-erasures.ts';
import { previewErasure, requestErasure } from './request.ts';
import type { Asked } from './target.ts';

const ADMINS = { roles: ['admin'] } as const;
const READERS = { roles: ['auditor', 'admin'] } as const;
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const targets = {
  run: { run_id: guid },
  span: { run_id: guid, trace_id: hex(32), span_id: hex(16) },
  /** By their e-mail address: every run that they started. */
  person: { person: z.string().trim().toLowerCase().min(1).max(320) },
} as const;
const reason = z.string().trim().min(1, { error: 'say why, in a few words' }).max(2000);

const requestBody = z.union([
  z.strictObject({ ...targets.run, reason }),
  z.strictObject({ ...targets.span, reason }),
  z.strictObject({ ...targets.person, reason }),
]);
const previewBody = z.union([
  z.strictObject(targets.run),
  z.strictObject(targets.span),
  z.strictObject(targets.person),
]);

function askedOf(body: z.output<typeof previewBody>): Asked {
  if ('person' in body) return { kind: 'person', person: body.person };
  if ('span_id' in body) {
    const { run_id, trace_id, span_id } = body;
    return { kind: 'span', run_id, trace_id, span_id };
  }
  return { kind: 'run', run_id: body.run_id };
}

export const erasureRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/erasures',
    summary:
      'Erase what people and models wrote in a run, a span, or the runs that a person started, for good',
    tag: 'erasures',
    access: ADMINS,
    body: requestBody,
    response: erasureAnswer,
    status: 202,
    handle: async ({ body, identity, deps }) => {
      const admin = requirePerson(identity);
      const erasure_id = await requestErasure(deps, admin, askedOf(body), body.reason);
      return readErasure(deps, admin, erasure_id);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/erasures/preview',
    summary: 'What an erasure would erase, and what is in its way; changes nothing',
    tag: 'erasures',
    access: ADMINS,
    body: previewBody,
    response: z.object({
      runs: z.int(),
      /** Spans with content, spans in quarantine, and closed approvals with arguments. */
      spans: z.int(),
      quarantined: z.int(),
      approvals: z.int(),
      /** Runs on legal hold, and runs with an approval that is open. An erasure is refused while there are any. */
      held: z.array(z.string()),
      open: z.array(z.string()),
    }),
    handle: async ({ body, identity, deps }) => {
      const { held, open, ...found } = await previewErasure(deps, requirePerson(identity), askedOf(body));
      return { ...found, held: [...held], open: [...open] };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/erasures',
    summary: 'Erasures, the newest first',
    tag: 'erasures',
    access: READERS,
    query: z.strictObject(pageQuery),
    response: listOf(erasureAnswer),
    handle: ({ query: { limit, cursor }, identity, deps }) => listErasures(deps, identity, { limit, cursor }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/erasures/{erasure_id}',
    summary: 'One erasure: how far it has come, and what was erased where',
    tag: 'erasures',
    access: READERS,
    params: z.strictObject({ erasure_id: uuid }),
    response: erasureAnswer,
    handle: ({ params, identity, deps }) => readErasure(deps, identity, params.erasure_id),
  }),
];
