import Table from 'cli-table3';
import { Command } from 'commander';
import { plain } from '../../output/plain.ts';
import { type Connection, callApi, tokenOption, urlOption } from '../api-client.ts';
import { jsonOption } from './options.ts';

export function unpricedCommand(): Command {
  return new Command('unpriced')
    .description('models whose calls have no cost, with why, calls and tokens')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ json, ...connection }: Connection & { json?: true }) => {
      const answer = await callApi(connection, 'GET /v1/prices/unpriced', {});
      if (json === true) return console.log(JSON.stringify(answer, null, 2));
      if (answer.items.length === 0) return console.log('Every counted call has a cost.');
      const table = new Table({
        head: ['provider', 'model', 'tier', 'why', 'calls', 'tokens in', 'tokens out', 'last seen'],
        style: { head: [], border: [] },
      });
      for (const item of answer.items)
        table.push([
          ...[item.provider, item.model, item.service_tier || 'standard', item.reason].map(plain),
          ...[String(item.calls), String(item.input_tokens), String(item.output_tokens), item.last_seen],
        ]);
      console.log(table.toString());
      console.log(
        'Name them in a price file (docs/costs.md), then: tollgate prices update --price-file FILE',
      );
    });
}
