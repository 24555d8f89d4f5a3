import { multiplyUsd } from '@tollgate/contract';
import Table from 'cli-table3';
import type { Explanation } from '../commands/prices/explanation-shape.ts';
import { conditionsOf } from '../commands/prices/price-shapes.ts';
import { plain } from './plain.ts';

/** Why a call has no local cost, for people. */
const REASONS: Readonly<Record<string, string>> = {
  no_price: 'the price book has no price for a kind of token that it used, or does not know the model',
  no_tier_price: 'the price book has no price for this tier of the provider’s service',
  no_usage: 'nobody reported its tokens',
  no_model: 'the report does not name a model',
  unreadable_usage: 'a count of its tokens cannot be read',
};

const SOURCES: Readonly<Record<string, string>> = {
  provider: ', as the provider reported it',
  local: ', by the price book',
};

/** A call's bill for a terminal: what was called, the lines, where the price is from, and which report counted. */
export function explanationText(answer: Explanation): string {
  const { provider, model, at, workflow, service_tier, stands_for } = answer;
  return [
    plain(
      `${model} of ${provider || 'an unnamed provider'}, ${at}${workflow === '' ? '' : `, workflow ${workflow}`}`,
    ),
    `  stands for     ${stands_for ?? 'nothing that the price book knows'}`,
    plain(`  service tier   ${service_tier || 'standard'}`),
    ...priceLines(answer),
    '',
    bill(answer),
    ...storedLines(answer),
  ].join('\n');
}

function priceLines({ price }: Explanation): readonly string[] {
  if (price === null) return ['  price          none'];
  const { price_version, price_id, origin, note } = price;
  const from = origin === 'override' ? 'price file' : 'price list';
  const how = note === '' || note === from ? '' : ` (${note})`;
  return [
    `  price          ${price_version}, ${from}${how}`,
    `  price id       ${price_id}`,
    `  applies to     ${conditionsOf(price) || 'every call'}`,
  ];
}

function bill({ lines, local_usd, unpriced_reason }: Explanation): string {
  if (local_usd === null)
    return `Unpriced, which is not zero: ${REASONS[unpriced_reason] ?? unpriced_reason}.`;
  const table = new Table({
    head: ['tokens of', 'count', 'USD per million', 'USD'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const { kind, tokens, usd_per_token, usd } of lines)
    table.push([kind.replaceAll('_', ' '), String(tokens), multiplyUsd(usd_per_token, 1_000_000), usd]);
  table.push(['total', '', '', local_usd]);
  return table.toString();
}

function storedLines({ stored }: Explanation): readonly string[] {
  if (stored === null) return [];
  const { report, reports, prices } = stored;
  const other = reports.length - 1;
  return [
    '',
    `Counted: ${report.counted ? `this report, at ${shown(report.cost_usd)}${SOURCES[report.cost_source] ?? ''}` : 'another report'}`,
    `  because ${report.why}`,
    ...(report.provider_cost_usd === null
      ? []
      : [
          `  the provider reported ${shown(report.provider_cost_usd)}; the price book says ${shown(report.local_cost_usd)}`,
        ]),
    ...(report.cost_note === ''
      ? []
      : ['  the provider reported a cost that cannot be read; what the price book says counts']),
    ...(report.usage_note === '' ? [] : [`  usage: ${report.usage_note.replaceAll('_', ' ')}`]),
    `Reports of this call: ${other === 0 ? 'this one only' : `this one and ${other} more`}`,
    ...reports.map(({ span_id, scope_name, counted, why, cost_usd }) =>
      plain(
        `  ${span_id}  ${counted ? 'counts  ' : 'does not'}  ${shown(cost_usd)}  ${scope_name || 'unnamed scope'}: ${why}`,
      ),
    ),
    'Prices that it was given:',
    ...prices.map(({ cost_usd, cost_source, price_version, priced_at, priced_by, in_force }) => {
      const by = priced_by === '' ? '' : ` for ${priced_by}`;
      const from = cost_source === 'provider' ? 'the provider' : price_version || 'no price';
      return `  ${in_force ? '→' : ' '} ${shown(cost_usd)}  ${from}, ${priced_at}${by}`;
    }),
  ];
}

const shown = (usd: string | null): string => (usd === null ? 'unpriced' : `${usd} USD`);
