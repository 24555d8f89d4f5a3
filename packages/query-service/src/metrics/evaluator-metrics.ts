import { Gauge, type Registry } from 'prom-client';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { lastEvaluation } from '../flags/last-evaluation.ts';
import { storeTime } from '../records/store-time.ts';
import { select } from '../runs/select.ts';

/** Zero where nothing is newer. What evaluation itself wrote does not wait for evaluation. */
const QUERY = `
  SELECT greatest(0, toUnixTimestamp64Milli(now64(3)) - toUnixTimestamp64Milli(min(at))) / 1000 AS lag, count() AS waiting FROM (
    SELECT min(received_at) AS at FROM spans WHERE received_at > {until:DateTime64(9, 'UTC')} HAVING count() > 0
    UNION ALL
    SELECT min(received_at) AS at FROM service_records
    WHERE received_at > {until:DateTime64(9, 'UTC')} AND kind != 'flag_changed' HAVING count() > 0)`;
const row = z.object({ lag: z.coerce.number(), waiting: z.coerce.number() });

/** How long the oldest thing that is stored waits for the controls to look at it. */
export function evaluatorMetrics(deps: Pick<Deps, 'store' | 'control'>, registry: Registry): void {
  new Gauge({
    name: 'tollgate_evaluator_lag_seconds',
    help: 'Age of the oldest change that no evaluation of the controls has read; NaN where the store does not answer.',
    registers: [registry],
    async collect() {
      this.set(await lagOf(deps).catch(() => Number.NaN));
    },
  });
}

async function lagOf(deps: Pick<Deps, 'store' | 'control'>): Promise<number> {
  const until = storeTime(await lastEvaluation(deps));
  const [found] = await select(deps, row, QUERY, { until }, { signal: AbortSignal.timeout(2000) });
  return found === undefined || found.waiting === 0 ? 0 : found.lag;
}
