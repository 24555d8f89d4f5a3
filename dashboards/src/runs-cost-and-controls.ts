import { type Dashboard, DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { approvals, approvalsPanel } from './panels/approvals.ts';
import { costAndUnpriced, costAndUnpricedPanel } from './panels/cost-and-unpriced.ts';
import { costByDay, costByDayPanel } from './panels/cost-by-day.ts';
import { openFlags, openFlagsPanel } from './panels/open-flags.ts';
import { overdueSamples, overdueSamplesPanel } from './panels/overdue-samples.ts';
import { refusalsByReason, refusalsByReasonPanel } from './panels/refusals-by-reason.ts';
import { runsByStatus, runsByStatusPanel } from './panels/runs-by-status.ts';
import { unpricedModels, unpricedModelsPanel } from './panels/unpriced-models.ts';

/** Every panel's question, by name. */
export const PANELS = {
  costByDay,
  costAndUnpriced,
  unpricedModels,
  runsByStatus,
  refusalsByReason,
  approvals,
  openFlags,
  overdueSamples,
} as const;

/** "Tollgate: runs, cost and controls": what runs did, what it cost, and what the controls found. */
export const runsCostAndControls = (): Dashboard =>
  new DashboardBuilder('Tollgate: runs, cost and controls')
    .uid('tollgate-runs-cost-controls')
    .description('Every number is read from the views that the API reads. Days and times are UTC.')
    .tags(['tollgate'])
    .timezone('utc')
    .time({ from: 'now-30d', to: 'now' })
    .refresh('1m')
    .readonly()
    .withRow(new RowBuilder('Cost'))
    .withPanel(costByDayPanel())
    .withPanel(costAndUnpricedPanel())
    .withPanel(unpricedModelsPanel())
    .withRow(new RowBuilder('Runs'))
    .withPanel(runsByStatusPanel())
    .withPanel(refusalsByReasonPanel())
    .withPanel(approvalsPanel())
    .withRow(new RowBuilder('Controls'))
    .withPanel(openFlagsPanel())
    .withPanel(overdueSamplesPanel())
    .build();
