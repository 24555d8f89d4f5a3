import { guid, MAX_NAME, TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import { pageQuery } from '../http/page.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requirePerson } from '../identity/require.ts';
import { rangeQuery } from '../runs/time-range.ts';
import { explainCall, explainUsage, explanationAnswer } from './explain.ts';
import { loadAnswer, putInForce } from './load-prices.ts';
import { PRICE_LIST_KINDS, priceListAnswer, readPriceLists } from './price-lists.ts';
import { listPrices, pricesAnswer } from './read-prices.ts';
import { repriceAnswer, repriceByCommand } from './reprice-command.ts';

const readers = { roles: ['owner', 'reviewer', 'approver', 'auditor', 'admin'] } as const;
const name = z.string().min(1).max(MAX_NAME);
const workflow = z.string().min(1).max(64);
const tier = z.string().max(64);
const count = z.coerce.number().int().min(0).max(1_000_000_000).optional();

const usageQuery = {
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_creation_tokens: count,
  cache_creation_1h_tokens: count,
  reasoning_tokens: count,
} as const;

const list = defineRoute({
  method: 'get',
  path: '/v1/prices',
  summary: 'The price book by provider and model: the price list, and the price file over it',
  tag: 'costs',
  access: readers,
  query: z.strictObject({
    ...pageQuery,
    provider: name.optional(),
    model: name.optional(),
    workflow: workflow.optional(),
    service_tier: tier.optional(),
    at: z.iso.datetime().optional(),
  }),
  response: pricesAnswer,
  handle: ({ deps, identity, query }) => listPrices(deps, identity, query),
});

const explain = defineRoute({
  method: 'get',
  path: '/v1/prices/explain',
  summary:
    'How the cost of one call comes about, line by line: of a stored one by run and span, or of any usage',
  tag: 'costs',
  access: readers,
  query: z.strictObject({
    run_id: guid.optional(),
    span_id: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
    provider: z.string().max(MAX_NAME).optional(),
    model: name.optional(),
    workflow: workflow.optional(),
    service_tier: tier.optional(),
    at: z.iso.datetime().optional(),
    ...usageQuery,
  }),
  response: explanationAnswer,
  handle: async ({ deps, identity, query: { run_id, span_id, provider, model, ...query } }) => {
    if (run_id !== undefined && span_id !== undefined)
      return explainCall(deps, identity, { run_id, span_id });
    if (provider === undefined || model === undefined)
      throw new TollgateError(
        'invalid_request',
        'Say run_id and span_id, or provider and model with tokens.',
      );
    const { workflow = '', service_tier = '', at = new Date().toISOString(), ...counts } = query;
    const usage = Object.fromEntries(Object.entries(counts).filter(([, tokens]) => tokens !== undefined));
    return explainUsage(deps, identity, { provider, model, workflow, service_tier, at, usage });
  },
});

const history = defineRoute({
  method: 'get',
  path: '/v1/prices/lists',
  summary: 'Which price lists and price files were put in force, when and by whom; the newest first',
  tag: 'costs',
  access: { roles: ['auditor', 'admin'] },
  response: z.object({ items: z.array(priceListAnswer), next_cursor: z.null() }),
  handle: async ({ deps }) => ({ items: [...(await readPriceLists(deps))], next_cursor: null }),
});

const load = defineRoute({
  method: 'post',
  path: '/v1/prices/lists',
  summary: 'Put a price list or a price file in force',
  tag: 'costs',
  access: { roles: ['admin'] },
  body: z.strictObject({
    kind: z.enum(PRICE_LIST_KINDS),
    /** JSON of a price list, or empty for the one that came with the service; YAML of a price file. */
    document: z.string().max(4_000_000),
  }),
  response: loadAnswer,
  status: 201,
  handle: ({ deps, identity, body }) => putInForce(deps, requirePerson(identity), body),
});

const reprice = defineRoute({
  method: 'post',
  path: '/v1/prices/reprice',
  summary: 'Price stored calls anew; what they cost before stays beside it',
  tag: 'costs',
  access: { roles: ['admin'] },
  body: z.strictObject({
    /** Also calls that have another price now, by the list and the price file in force. */
    superseded: z.boolean(),
    ...rangeQuery,
    workflow: workflow.optional(),
    /** From an answer's `next_cursor`. */
    cursor: guid.optional(),
  }),
  response: repriceAnswer,
  handle: ({ deps, identity, body }) => repriceByCommand(deps, requirePerson(identity), body),
});

export const priceRoutes: readonly Route[] = [list, explain, history, load, reprice];
