import type { AnswerOf, InputOf } from '@tollgate/client';
import { multiplyUsd } from '@tollgate/contract';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption, moment } from './options.ts';
import { conditionsOf, type Price } from './price-shapes.ts';

const PRICES = 'GET /v1/prices';
type PricedModel = AnswerOf<typeof PRICES>['items'][number];

interface ListOptions extends Connection {
  readonly provider?: string;
  readonly model?: string;
  readonly workflow?: string;
  readonly tier?: string;
  readonly at?: string;
  readonly history?: true;
  readonly json?: true;
}

export function listCommand(): Command {
  return new Command('list')
    .description('prices in US dollars per million tokens, in force now or at another date')
    .option('--provider <provider>', 'of this provider, as the price list names it, e.g. openai')
    .option('--model <text>', 'of models with this in their names')
    .option('--workflow <workflow>', 'prices of this workflow and of all; otherwise of every workflow')
    .option('--tier <tier>', 'of this service tier: standard, batch, flex, priority …')
    .addOption(
      new Option('--at <time>', 'in force at this date or time (UTC); now when left out').argParser(moment),
    )
    .option('--history', 'every price, whenever it is or was in force')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ history, at = new Date().toISOString(), json, tier, ...options }: ListOptions) => {
      const { provider, model, workflow } = options;
      const asked = {
        provider,
        model,
        workflow,
        service_tier: tier,
        ...(history ? {} : { at }),
        limit: 200,
      };
      const { versions, items } = await everyPage(options, asked);
      if (json === true) return console.log(JSON.stringify({ versions, items }, null, 2));
      console.log(items.length === 0 ? 'No model of the price book matches.' : table(items));
      console.log(`${items.length} ${items.length === 1 ? 'model' : 'models'}; ${versions.join(', ')}`);
    });
}

async function everyPage(connection: Connection, asked: NonNullable<InputOf<typeof PRICES>['query']>) {
  const items: PricedModel[] = [];
  let cursor: string | null | undefined;
  let versions: readonly string[] = [];
  do {
    const query = { ...asked, ...(cursor ? { cursor } : {}) };
    const answer: AnswerOf<typeof PRICES> = await callApi(connection, PRICES, { query });
    items.push(...answer.items);
    versions = answer.versions;
    cursor = answer.next_cursor;
  } while (cursor !== null);
  return { versions, items };
}

const COLUMNS = [
  'input',
  'cache_read',
  'cache_creation',
  'cache_creation_1h',
  'output',
  'reasoning',
] as const;

function table(items: readonly PricedModel[]): string {
  const lines = new Table({
    head: ['model', 'applies to', 'in', 'cache read', 'write', 'write 1h', 'out', 'reasoning', 'from'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const { provider, model, prices } of items)
    for (const [index, one] of prices.entries())
      lines.push([
        index === 0 ? `${provider}/${model}` : '',
        conditionsOf(one),
        ...COLUMNS.map((kind) => perMillion(one, kind)),
        one.origin === 'list' && one.note === '' ? 'list' : one.note,
      ]);
  return lines.toString();
}

function perMillion({ usd_per_token }: Price, kind: (typeof COLUMNS)[number]): string {
  const usd = usd_per_token[kind];
  return usd === null ? '–' : multiplyUsd(usd, 1_000_000);
}
