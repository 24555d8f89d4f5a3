import type { AnswerOf, InputOf } from '@tollgate/client';
import { Command, Option } from 'commander';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption, moment } from './options.ts';

const REPRICE = 'POST /v1/prices/reprice';

interface RepriceOptions extends Connection {
  readonly superseded?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly workflow?: string;
  readonly json?: true;
}

export function repriceCommand(): Command {
  return new Command('reprice')
    .description(
      'price stored calls that have no price, each at the prices of its time; earlier prices stay visible',
    )
    .option('--superseded', 'also calls that have another price now, by the list and the price file in force')
    .addOption(new Option('--from <time>', 'calls from then on (UTC)').argParser(moment))
    .addOption(new Option('--to <time>', 'calls before then (UTC)').argParser(moment))
    .option('--workflow <workflow>', 'calls of this workflow')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ superseded = false, from, to, workflow, json, ...connection }: RepriceOptions) => {
      const given = { from, to, workflow };
      const request = {
        superseded,
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      };
      const { versions, looked_at, repriced } = await everyPage(connection, request);
      if (json === true) return console.log(JSON.stringify({ versions, looked_at, repriced }, null, 2));
      console.log(`${repriced} of ${looked_at} reports have another price now, by ${versions.join(', ')}.`);
      if (repriced < looked_at)
        console.log('The others cost the same, or have no price: tollgate prices unpriced');
    });
}

/** A request looks at so many runs; the next one goes on behind them. */
async function everyPage(connection: Connection, request: InputOf<typeof REPRICE>['body']) {
  let cursor: string | null | undefined;
  let versions: readonly string[] = [];
  const total = { looked_at: 0, repriced: 0 };
  do {
    const body = { ...request, ...(cursor ? { cursor } : {}) };
    const page: AnswerOf<typeof REPRICE> = await callApi(connection, REPRICE, { body });
    total.looked_at += page.looked_at;
    total.repriced += page.repriced;
    versions = page.versions;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return { versions, ...total };
}
