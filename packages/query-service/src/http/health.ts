import { Router } from 'express';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Deps } from '../deps.ts';
import { outboxDepth } from '../records/outbox.ts';
import { rollupMetrics } from '../rollups/metrics.ts';

/** `/healthz`: the process answers. `/readyz`: so do both stores, and it does not drain. `/metrics`: for Prometheus. */
export function healthRoutes(deps: Deps, drain: AbortSignal): Router {
  const router = Router();
  const registry = metrics(deps);
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const checks = { control: await answers(controlAnswers(deps)), store: await answers(storeAnswers(deps)) };
    const ready = checks.control && checks.store && !drain.aborted;
    response
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : 'not_ready', draining: drain.aborted, ...checks });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

async function controlAnswers({ control }: Deps): Promise<void> {
  await control.db.selectFrom('state_values').select('name').limit(1).execute();
}

async function storeAnswers({ store }: Deps): Promise<void> {
  const result = await store.reader.query({
    query: 'SELECT 1',
    format: 'JSONEachRow',
    abort_signal: AbortSignal.timeout(2000),
  });
  await result.text();
}

async function answers(check: Promise<void>): Promise<boolean> {
  try {
    await check;
    return true;
  } catch {
    return false;
  }
}

function metrics(deps: Deps): Registry {
  const { control } = deps;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  rollupMetrics(deps, registry);
  new Gauge({
    name: 'tollgate_outbox_rows',
    help: 'Rows on their way to ClickHouse.',
    registers: [registry],
    async collect() {
      this.set(await outboxDepth(control));
    },
  });
  new Gauge({
    name: 'tollgate_waiters',
    help: 'Open long polls.',
    registers: [registry],
    collect() {
      this.set(control.signals.waiting);
    },
  });
  new Gauge({
    name: 'tollgate_approvals',
    help: 'Approvals by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      const rows = await control.db
        .selectFrom('approvals')
        .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
        .groupBy('state')
        .execute();
      for (const { state, count } of rows) this.set({ state }, count);
    },
  });
  return registry;
}
