import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { rangeQuery } from '../runs/time-range.ts';
import { COST_GROUPS, type CostGroup } from './groups.ts';
import { costsAnswer, readCosts } from './read-costs.ts';
import { readUnpriced, unpricedAnswer } from './read-unpriced.ts';
import { readUnreadCosts, unreadCostsAnswer } from './read-unread-costs.ts';

const readers = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const name = z.string().min(1).max(256);

const isGroup = (text: string): text is CostGroup => COST_GROUPS.some((group) => group === text);

/** `workflow,day` → the groups, each once. */
const groups = z
  .string()
  .max(100)
  .default('workflow')
  .transform((text, context): CostGroup[] => {
    const names = text.split(',').filter((each) => each !== '');
    const unknown = names.filter((each) => !isGroup(each));
    if (unknown.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `write some of ${COST_GROUPS.join(',')}, not ${unknown.join(',')}`,
      });
      return z.NEVER;
    }
    return [...new Set(names.filter(isGroup))];
  });

export const costRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/costs',
    summary: `What model calls cost, by any of ${COST_GROUPS.join(', ')}, with the unpriced beside it`,
    tag: 'costs',
    access: readers,
    query: z.strictObject({
      ...rangeQuery,
      group_by: groups,
      workflow: name.optional(),
      owner: name.optional(),
      team: name.optional(),
      model: name.optional(),
    }),
    response: costsAnswer,
    handle: async ({ deps, identity, query }) => readCosts(deps, identity, query),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/prices/unpriced',
    summary:
      'Models whose calls have no cost, and why; and those whose provider reported a cost that cannot be read',
    tag: 'costs',
    access: readers,
    response: z.object({
      items: z.array(unpricedAnswer),
      /** What counts of these is the local cost, where there is one. */
      unread_costs: z.array(unreadCostsAnswer),
      next_cursor: z.null(),
    }),
    handle: async ({ deps, identity }) => {
      const [items, unread] = await Promise.all([
        readUnpriced(deps, identity),
        readUnreadCosts(deps, identity),
      ]);
      return { items: [...items], unread_costs: [...unread], next_cursor: null };
    },
  }),
];
