import { Gauge, type Registry } from 'prom-client';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { select } from '../runs/select.ts';

const row = z.object({
  open_days: z.coerce.number(),
  pass_age: z.coerce.number(),
  drifts: z.coerce.number(),
});

/** The pass before the first one was in 1970, and so its age says that there was none. */
const QUERY = `
  SELECT countIf(newest_open AND day > toDate(0)) AS open_days, toUnixTimestamp(now()) - maxIf(toUnixTimestamp(newest), day = toDate(0)) AS pass_age,
         (SELECT count() FROM rollup_drifts) AS drifts
  FROM (SELECT day, max(version) AS newest, argMax(open, version) AS newest_open FROM cost_days GROUP BY day)`;

const GAUGES = {
  open_days: {
    name: 'tollgate_rollup_open_days',
    help: 'Days whose costs are read from rows; today is one of them.',
  },
  pass_age: {
    name: 'tollgate_rollup_pass_age_seconds',
    help: 'Since all rows were last looked through for days that they change.',
  },
  drifts: {
    name: 'tollgate_rollup_drifts',
    help: 'Rolled-up days that were found not to agree with their rows, ever.',
  },
} as const;

/** Adds what Prometheus should know of rollups. Where the store does not answer, a value is NaN and the others are there. */
export function rollupMetrics(deps: Pick<Deps, 'store'>, registry: Registry): void {
  let reading: Promise<z.output<typeof row> | undefined> | undefined;
  const read = () => {
    reading ??= select(deps, row, QUERY, {}, { signal: AbortSignal.timeout(2000) })
      .then(([only]) => only)
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  for (const [field, gauge] of Object.entries(GAUGES) as [
    keyof typeof GAUGES,
    { name: string; help: string },
  ][])
    new Gauge({
      ...gauge,
      registers: [registry],
      async collect() {
        this.set((await read())?.[field] ?? Number.NaN);
      },
    });
}
