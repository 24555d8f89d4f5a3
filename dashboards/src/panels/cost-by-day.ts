import { GraphDrawStyle } from '@grafana/grafana-foundation-sdk/common';
import { timeseriesPanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const costByDay: PanelSpec = {
  title: 'Cost by workflow and day',
  description:
    'US dollars of the counted model calls that have a price. Calls without one are not in it: see the table beside.',
  sql: `
SELECT toDateTime(c.day, 'UTC') AS time, if(c.workflow = '', '(no workflow)', c.workflow) AS workflow,
  sum(c.cost) AS cost_usd
FROM counted_costs(from = toString($__fromTime_ms, 'UTC'), to = toString($__toTime_ms, 'UTC')) AS c
GROUP BY time, workflow
ORDER BY time, workflow`,
};

export const costByDayPanel = () =>
  timeseriesPanel(costByDay).unit('currencyUSD').drawStyle(GraphDrawStyle.Bars).fillOpacity(60);
