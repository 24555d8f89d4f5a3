import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import type { PanelSpec } from './panel.ts';

/** Provisioned under this uid (provisioning/datasources); signed in as the user that may read no content. */
export const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: 'tollgate-clickhouse' } as const;

/** What the ClickHouse plugin calls a table and a time series. */
const FORMAT = { table: 1, timeseries: 0 } as const;

interface ClickHouseQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof DATASOURCE;
  readonly editorType: 'sql';
  readonly queryType: keyof typeof FORMAT;
  readonly format: number;
  readonly rawSql: string;
}

/** The SDK knows no query of this plugin, so here is one. */
function query(sql: string, shape: keyof typeof FORMAT): Builder<ClickHouseQuery> {
  return {
    build: () => ({
      refId: 'A',
      datasource: DATASOURCE,
      editorType: 'sql',
      queryType: shape,
      format: FORMAT[shape],
      rawSql: sql.trim(),
      _implementsDataqueryVariant: () => undefined,
    }),
  };
}

/** Half the screen wide; rows of two read well on a laptop. */
const SPAN = 12;
const HEIGHT = 8;

export const tablePanel = ({ title, description, sql }: PanelSpec): TablePanel =>
  new TablePanel()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(query(sql, 'table'))
    .span(SPAN)
    .height(HEIGHT);

export const timeseriesPanel = ({ title, description, sql }: PanelSpec): TimeseriesPanel =>
  new TimeseriesPanel()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .withTarget(query(sql, 'timeseries'))
    .span(SPAN)
    .height(HEIGHT);
