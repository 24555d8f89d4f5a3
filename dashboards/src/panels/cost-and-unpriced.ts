import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const costAndUnpriced: PanelSpec = {
  title: 'Cost and calls without a price',
  description:
    'A call without usage or price costs an unknown amount, not nothing: each total stands beside the calls that are missing from it.',
  sql: `
SELECT toString(c.day) AS day, c.workflow AS workflow,
  sum(c.cost) AS cost_usd, sum(c.calls) AS calls, sum(c.unpriced_calls) AS unpriced_calls
FROM counted_costs(from = toString($__fromTime_ms, 'UTC'), to = toString($__toTime_ms, 'UTC')) AS c
GROUP BY c.day, workflow
ORDER BY c.day DESC, cost_usd DESC, workflow`,
};

export const costAndUnpricedPanel = () =>
  tablePanel(costAndUnpriced).overrideByName('cost_usd', [{ id: 'unit', value: 'currencyUSD' }]);
