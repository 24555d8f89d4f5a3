import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const costAndUnpriced: PanelSpec = {
  title: 'Cost and calls without a price',
  description:
    'A call without usage or price costs an unknown amount, not nothing: each total stands beside the calls that are missing from it.',
  sql: `
SELECT formatDateTime(c.start, '%Y-%m-%d', 'UTC') AS day, c.workflow AS workflow,
  sum(ifNull(c.cost, toDecimal128(0, 15))) AS cost_usd, count() AS calls, countIf(c.cost IS NULL) AS unpriced_calls
FROM counted_model_calls AS c
WHERE c.start >= $__fromTime_ms AND c.start < $__toTime_ms
GROUP BY day, workflow
ORDER BY day DESC, cost_usd DESC, workflow`,
};

export const costAndUnpricedPanel = () =>
  tablePanel(costAndUnpriced).overrideByName('cost_usd', [{ id: 'unit', value: 'currencyUSD' }]);
