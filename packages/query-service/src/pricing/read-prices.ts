import { entriesAt, type PricedName, type PriceEntry, serviceTierOf } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { priceAnswer, toPriceAnswer } from './price-answer.ts';
import { currentBook } from './price-lists.ts';

const pricedModelAnswer = z.object({
  provider: z.string(),
  model: z.string(),
  /** In the order in which they apply: of those that fit a call the first counts. */
  prices: z.array(priceAnswer),
});
export const pricesAnswer = z.object({
  /** Of the price list, and of the price file where there is one. */
  versions: z.array(z.string()),
  items: z.array(pricedModelAnswer),
  next_cursor: z.string().nullable(),
});

interface PriceQuery {
  readonly provider?: string | undefined;
  /** Part of a model's name, in any case. */
  readonly model?: string | undefined;
  readonly workflow?: string | undefined;
  readonly service_tier?: string | undefined;
  /** ISO 8601; without it every price, whenever it applies. */
  readonly at?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const cursorShape = z.tuple([z.string(), z.string()]);

/** The price book by provider and model. Prices of a workflow are shown to those who may know of the workflow. */
export async function listPrices(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  query: PriceQuery,
): Promise<z.output<typeof pricesAnswer>> {
  const book = await currentBook(deps);
  const visible = await visibleWorkflows(deps, identity);
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, cursorShape);
  const models = (await book.all())
    .filter((name) => isAsked(name, query) && (after === undefined || isAfter(name, after)))
    .map(({ provider, model, entries }) => ({
      provider,
      model,
      prices: (query.at === undefined ? entries : entriesAt(entries, query.at))
        .filter((entry) => applies(entry, query) && (entry.workflow === '' || visible(entry.workflow)))
        .map(toPriceAnswer),
    }))
    .filter(({ prices }) => prices.length > 0);
  const page = pageOf(models, query.limit, ({ provider, model }) => [provider, model]);
  return { versions: [...book.versions], ...page };
}

/** Whose negotiated prices somebody may know: those of the workflows of their teams. */
export async function visibleWorkflows(
  { control: { db } }: Pick<Deps, 'control'>,
  identity: Identity,
): Promise<(workflow: string) => boolean> {
  const teams = visibleTeams(identity);
  if (teams === undefined) return () => true;
  const rows = await db
    .selectFrom('workflows')
    .select('workflow')
    .where('team', 'in', [...teams])
    .execute();
  const names = new Set(rows.map(({ workflow }) => workflow));
  return (workflow) => names.has(workflow);
}

function isAsked({ provider, model }: PricedName, query: PriceQuery): boolean {
  return (
    (query.provider === undefined || provider === query.provider.toLowerCase()) &&
    (query.model === undefined || model.toLowerCase().includes(query.model.toLowerCase()))
  );
}

function applies(entry: PriceEntry, { workflow, service_tier }: PriceQuery): boolean {
  return (
    (workflow === undefined || entry.workflow === '' || entry.workflow === workflow) &&
    (service_tier === undefined || entry.service_tier === serviceTierOf(service_tier))
  );
}

function isAfter(
  { provider, model }: PricedName,
  [afterProvider, afterModel]: readonly [string, string],
): boolean {
  return provider > afterProvider || (provider === afterProvider && model > afterModel);
}
