import { addUsd, compareUsd, type Requirements, subtractUsd } from '@tollgate/contract';
import type { Finding } from './control.ts';

/** What was spent in one run, day or month. */
export interface PeriodSpend {
  readonly period: 'run' | 'day' | 'month';
  /** The run, the UTC day (2026-11-23) or the UTC month (2026-11). */
  readonly name: string;
  readonly scope: string;
  /** Tells it apart from other spends of the period in the scope; the period's name where there is one alone. */
  readonly key?: string;
  readonly workflow: string;
  /** Decimal US dollars of the priced calls only. */
  readonly spent: string;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly since: bigint;
  /** Whose spend it is, at the beginning of a sentence. */
  readonly subject: string;
}

/** The finding that a limit was passed; none up to the limit itself. Pure. */
export function overLimit(spend: PeriodSpend, policy: Requirements, limit: string): Finding[] {
  const { scope, period, key = period, name, workflow, calls, unpriced_calls, since, subject } = spend;
  // The wire drops nothing, but a sum of scale 15 comes with zeros behind it.
  const spent = addUsd(spend.spent);
  if (compareUsd(spent, limit) <= 0) return [];
  return [
    {
      ...{ scope, key, run_id: period === 'run' ? name : null, workflow, since },
      owner: policy.owner.email,
      team: policy.team,
      summary: `${subject} spent ${spent} USD, ${subtractUsd(spent, limit)} over its limit of ${limit}${unpriced(spend)}.`,
      evidence: { period, name, spent_usd: spent, limit_usd: limit, calls, unpriced_calls },
    },
  ];
}

const unpriced = ({ unpriced_calls, calls }: PeriodSpend) =>
  unpriced_calls === 0 ? '' : `, with ${unpriced_calls} of its ${calls} calls unpriced and not in the sum`;
