import { z } from 'zod';
import type { Route } from '../http/route.ts';
import { defineStream } from '../http/stream-route.ts';
import { allows } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { requirePerson } from '../identity/require.ts';
import { EVENT_KINDS, type EventKind } from './event.ts';
import { watch } from './stream.ts';

const READERS = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
/** Kinds that fewer may read than may watch: as the routes that read the things themselves. */
const NARROWER: Partial<Record<EventKind, Parameters<typeof allows>[1]>> = {
  review: { roles: ['owner', 'reviewer', 'auditor', 'admin'] },
};

/** Each event of the stream. `data` is JSON: of a change, its `kind`, `event`, `subject`, `workflow`, `run_id`, `team` and `at`. */
const streamedEvent = z.object({
  id: z.string().optional(),
  /** A kind of change; or where the stream begins (`ready`, or `reset` where too old changes are gone), or ends. */
  event: z.enum([...EVENT_KINDS, 'ready', 'reset', 'end']).optional(),
  data: z.string().optional(),
  retry: z.int().optional(),
});

const position = z
  .string()
  .regex(/^\d{1,15}$/, { error: 'write the id of an event' })
  .transform(Number);

/** `flag,run` → the kinds, each once; an empty text is no kind. */
const kinds = z
  .string()
  .regex(new RegExp(`^(${EVENT_KINDS.join('|')})(,(${EVENT_KINDS.join('|')}))*$`), {
    error: `write some of ${EVENT_KINDS.join(',')}`,
  })
  .transform((text): string[] => text.split(','));

export const eventRoutes: readonly Route[] = [
  defineStream({
    path: '/v1/events',
    summary: 'What changes, as server-sent events, from now on or from an event that was seen',
    tag: 'events',
    access: READERS,
    media: 'text/event-stream',
    query: z.strictObject({
      /** As the header, for clients that cannot set one. */
      after: position.optional(),
      kinds: kinds.default([...EVENT_KINDS]),
      workflow: z.string().min(1).max(256).optional(),
    }),
    headers: z.object({ 'last-event-id': position.optional() }),
    response: streamedEvent,
    send: async ({ query, headers, deps, identity, identify, ...rest }) =>
      watch({
        ...rest,
        deps,
        person: requirePerson(identity).person_id,
        after: headers['last-event-id'] ?? query.after,
        kindsFor: (now) => query.kinds.filter((kind) => mayKnow(now, kind)),
        workflow: query.workflow,
        identify: async () => {
          const now = await identify();
          return allows(now, READERS) === 'allowed' ? now : undefined;
        },
      }),
  }),
];

function mayKnow(identity: Identity, kind: string): boolean {
  const narrower = Object.entries(NARROWER).find(([name]) => name === kind)?.[1];
  return narrower === undefined || allows(identity, narrower) === 'allowed';
}
