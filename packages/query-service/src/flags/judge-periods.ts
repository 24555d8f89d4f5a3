import { z } from 'zod';
import { periodBudgets } from '../controls/period-budgets.ts';
import type { Deps } from '../deps.ts';
import { storeTime } from '../records/store-time.ts';
import { applyJudgements, type FlagCounts } from './apply.ts';
import { judge } from './judge.ts';
import { PageReads } from './page-reads.ts';
import { judgeContext } from './service-facts.ts';

/** A workflow and a UTC month in which it spent. */
interface SpentIn {
  readonly workflow: string;
  /** E.g. 202611. */
  readonly month: number;
}

const spentIn = z.object({ workflow: z.string(), month: z.number() });

/** Months in whose spend something has changed: a call arrived, or a price did. */
const CHANGED = `
  SELECT DISTINCT toString(m.workflow) AS workflow, toYYYYMM(m.start, 'UTC') AS month FROM model_calls AS m
  WHERE m.workflow != '' AND (m.received_at >= {since:DateTime64(9, 'UTC')}
    OR m.run_id IN (SELECT run_id FROM model_call_repricings WHERE received_at >= {since:DateTime64(9, 'UTC')}))
  ORDER BY month, workflow`;

const PERIODS_AT_ONCE = 200;

/** Judges the budgets of the days and months in whose spend something changed since a time (ns, of the store's clock). */
export async function judgePeriods(
  deps: Pick<Deps, 'store' | 'control' | 'clock'>,
  since: bigint,
): Promise<FlagCounts> {
  const changed = await new PageReads(deps, { since: storeTime(since) }).rows(CHANGED);
  const periods = z.array(spentIn).parse(changed);
  const context = await judgeContext(deps, [], deps.clock());
  const counts = { raised: 0, reopened: 0, updated: 0, cleared: 0 };
  for (let at = 0; at < periods.length; at += PERIODS_AT_ONCE) {
    const reads = new PageReads(deps, paramsOf(periods.slice(at, at + PERIODS_AT_ONCE)));
    const page = { runs: [], reads, context, writer: deps.control.writer };
    const some = await applyJudgements(deps.control, await judge([periodBudgets], page));
    for (const kind of ['raised', 'reopened', 'updated', 'cleared'] as const) counts[kind] += some[kind];
  }
  return counts;
}

function paramsOf(periods: readonly SpentIn[]): Readonly<Record<string, unknown>> {
  const months = periods.map(({ month }) => month);
  return {
    ...{ workflows: periods.map(({ workflow }) => workflow), months },
    from: startOf(Math.min(...months)),
    to: startOf(following(Math.max(...months))),
  };
}

const following = (month: number): number => (month % 100 === 12 ? month + 89 : month + 1);

const startOf = (month: number): string =>
  `${Math.floor(month / 100)}-${String(month % 100).padStart(2, '0')}-01 00:00:00`;
