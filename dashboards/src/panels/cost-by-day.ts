import { GraphDrawStyle } from '@grafana/grafana-foundation-sdk/common';
import { timeseriesPanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const costByDay: PanelSpec = {
  title: 'Cost by workflow and day',
  description:
    'US dollars of the counted model calls that have a price. Calls without one are not in it: see the table beside.',
  sql: `
SELECT toStartOfDay(c.start, 'UTC') AS time, if(c.workflow = '', '(no workflow)', c.workflow) AS workflow,
  sum(ifNull(c.cost, toDecimal128(0, 15))) AS cost_usd
FROM counted_model_calls AS c
WHERE c.start >= $__fromTime_ms AND c.start < $__toTime_ms
GROUP BY time, workflow
ORDER BY time, workflow`,
};

export const costByDayPanel = () =>
  timeseriesPanel(costByDay).unit('currencyUSD').drawStyle(GraphDrawStyle.Bars).fillOpacity(60);
