import { addUsd } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps, Hooks } from '../deps.ts';
import { select } from '../runs/select.ts';
import { repeat } from '../state/repeat.ts';

const row = z.object({ workflow: z.string(), day_usd: z.string(), month_usd: z.string() });

/** Spend of this UTC day and month by workflow; only runs with calls in this month are read. */
const QUERY = `
  WITH toStartOfMonth(now('UTC')) AS month_start, toStartOfDay(now('UTC')) AS day_start
  SELECT c.workflow AS workflow,
         toString(sumIf(ifNull(c.cost, toDecimal128(0, 15)), c.start >= day_start)) AS day_usd,
         toString(sum(ifNull(c.cost, toDecimal128(0, 15)))) AS month_usd
  FROM counted_model_calls AS c
  WHERE c.start >= month_start AND c.workflow != ''
    AND c.run_id IN (SELECT run_id FROM model_calls WHERE start >= month_start)
  GROUP BY c.workflow`;

/** What workflows have spent, as far as the evidence store knows, kept in memory for heartbeats. */
interface SpendMeter {
  /** For `Hooks`: undefined until it was first read, so that unknown is not zero. */
  readonly spent: NonNullable<Hooks['spent']>;
  /** For the service's background work: reads it every so often. */
  readonly background: (deps: Pick<Deps, 'store' | 'logger'>) => { stop(): Promise<void> };
}

export function createSpendMeter({ intervalMs }: { intervalMs: number }): SpendMeter {
  let known: ReadonlyMap<string, { day_usd: string; month_usd: string }> | undefined;
  return {
    spent: async (workflow) => known && (known.get(workflow) ?? { day_usd: '0', month_usd: '0' }),
    background: (deps) =>
      repeat(
        async () => {
          const rows = await select(deps, row, QUERY, {});
          known = new Map(
            rows.map(({ workflow, day_usd, month_usd }) => [
              workflow,
              { day_usd: addUsd(day_usd), month_usd: addUsd(month_usd) },
            ]),
          );
        },
        intervalMs,
        deps.logger,
        'reading of spend',
      ),
  };
}
