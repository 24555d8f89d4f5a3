import type { AnswerOf } from '@tollgate/client';
import Table from 'cli-table3';
import { Command } from 'commander';
import { plain } from '../../output/plain.ts';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption } from './options.ts';

export function unpricedCommand(): Command {
  return new Command('unpriced')
    .description(
      'models whose calls have no cost, with why, calls and tokens; and costs of providers that cannot be read',
    )
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ json, ...connection }: Connection & { json?: true }) => {
      const answer = await callApi(connection, 'GET /v1/prices/unpriced', {});
      if (json === true) return console.log(JSON.stringify(answer, null, 2));
      if (answer.items.length === 0) console.log('Every counted call has a cost.');
      else console.log(unpricedTable(answer));
      if (answer.unread_costs.length > 0) console.log(unreadTable(answer));
    });
}

type Answer = AnswerOf<'GET /v1/prices/unpriced'>;

const plainTable = (head: string[]) => new Table({ head, style: { head: [], border: [] } });

function unpricedTable({ items }: Answer): string {
  const table = plainTable([
    ...['provider', 'model', 'tier', 'why', 'calls', 'tokens in', 'tokens out', 'last seen'],
  ]);
  for (const item of items)
    table.push([
      ...[item.provider, item.model, item.service_tier || 'standard', item.reason].map(plain),
      ...[String(item.calls), String(item.input_tokens), String(item.output_tokens), item.last_seen],
    ]);
  return `${table}\nName them in a price file (docs/costs.md), then: tollgate prices update --price-file FILE`;
}

function unreadTable({ unread_costs }: Answer): string {
  const table = plainTable(['provider', 'model', 'reports', 'last seen']);
  for (const { provider, model, reports, last_seen } of unread_costs)
    table.push([plain(provider), plain(model), String(reports), last_seen]);
  return `The provider reported a cost that cannot be read; what the price book says counts, where it has a price:\n${table}`;
}
