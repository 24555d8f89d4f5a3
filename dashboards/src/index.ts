export { DATASOURCE } from './common.ts';
export { type PanelSpec, renderPanelSql, type TimeRange } from './panel.ts';
export { PANELS, runsCostAndControls } from './runs-cost-and-controls.ts';
