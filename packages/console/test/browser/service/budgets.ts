import type * as z from 'zod/mini';
import type { budget } from '../../../src/browser/api/budget-shapes.ts';
import { RUN_ID } from './data.ts';
import { times } from './hostile.ts';

type Row = z.input<typeof budget>;

const TODAY = times.ago(0).slice(0, 10);
const MONTH = TODAY.slice(0, 7);

const row = (fields: Pick<Row, 'workflow' | 'limit' | 'name' | 'spent_usd'> & Partial<Row>): Row => ({
  team: 'support',
  limit_usd: null,
  reserved_usd: '0',
  unsettled_usd: '0',
  available_usd: null,
  live_leases: 0,
  warned_percent: null,
  updated_at: times.ago(40),
  ...fields,
});

/** Accounts of the ledger: near a limit, above one, without one, and with money that nobody settled. */
export const budgets: readonly Row[] = [
  row({
    ...{ workflow: 'support-triage', limit: 'per_day', name: TODAY, limit_usd: '20.00' },
    ...{
      spent_usd: '16.904215001',
      reserved_usd: '1.25',
      unsettled_usd: '0.50',
      available_usd: '1.845784999',
    },
    ...{ live_leases: 3, warned_percent: 80 },
  }),
  row({
    ...{ workflow: 'account-research', limit: 'per_day', name: TODAY, limit_usd: '2.00' },
    ...{ spent_usd: '2.41', available_usd: '0', warned_percent: 95 },
  }),
  row({ workflow: 'deploy-checks', limit: 'per_day', name: TODAY, spent_usd: '0.4' }),
  row({
    ...{ workflow: 'support-triage', limit: 'per_month', name: MONTH, limit_usd: '400' },
    ...{ spent_usd: '0.1', available_usd: '399.9' },
  }),
  row({
    ...{ workflow: 'support-triage', limit: 'per_run', name: RUN_ID, limit_usd: '0.50' },
    ...{ spent_usd: '0.25', available_usd: '0.25', warned_percent: 50 },
  }),
  row({
    ...{ workflow: 'support-triage', limit: 'per_run', name: '0199f0aa-9999-7abc-8def-000000000009' },
    ...{ limit_usd: '0.50', spent_usd: '0', available_usd: '0.50' },
  }),
];

/** As `GET /v1/budgets` filters them. */
export function budgetsLike(query: URLSearchParams): readonly Row[] {
  const [period, workflow, run] = ['period', 'workflow', 'run_id'].map((name) => query.get(name));
  return budgets.filter(
    (one) =>
      (period == null || one.limit === period) &&
      (workflow == null || one.workflow === workflow) &&
      (run == null || (one.limit === 'per_run' && one.name === run)),
  );
}

/** As `GET /v1/costs?group_by=workflow,day` answers for today. */
export const costsByDay = {
  items: [
    { ...{ workflow: 'support-triage', day: TODAY, calls: 77, unpriced_calls: 0 }, cost_usd: '16.9' },
    { ...{ workflow: 'account-research', day: TODAY, calls: 1240, unpriced_calls: 12 }, cost_usd: '2.41' },
    { ...{ workflow: 'deploy-checks', day: TODAY, calls: 4, unpriced_calls: 4 }, cost_usd: '0' },
  ],
  total: { calls: 1321, unpriced_calls: 16, cost_usd: '19.31' },
};
