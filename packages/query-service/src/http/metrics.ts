import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Deps } from '../deps.ts';
import { controlMetrics } from '../metrics/control-metrics.ts';
import { evaluatorMetrics } from '../metrics/evaluator-metrics.ts';
import { rollupMetrics } from '../rollups/metrics.ts';
import { storeHealth } from './store-health.ts';

/** What one answered request is for the metrics. Labels are of the routes, never of what a client sent. */
export interface Answered {
  /** `/v1/runs/{run_id}`; `other` for what is no route of the API. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  /** Streams are counted, but last as long as someone watches. */
  readonly stream: boolean;
}

export interface ServiceMetrics {
  readonly registry: Registry;
  answered(request: Answered): void;
}

/** Everything that Prometheus is told of this service. What cannot be read is NaN, and the rest is there. */
export function serviceMetrics(deps: Deps): ServiceMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  rollupMetrics(deps, registry);
  controlMetrics(deps, registry);
  evaluatorMetrics(deps, registry);
  healthMetrics(deps, registry);
  const requests = new Counter({
    name: 'tollgate_http_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'tollgate_http_request_duration_seconds',
    help: 'From request to answer; long polls wait as long as they are asked to.',
    labelNames: ['route', 'method'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  });
  return {
    registry,
    answered: ({ route, method, status, seconds, stream }) => {
      requests.inc({ route, method, status: String(status) });
      if (!stream) durations.observe({ route, method }, seconds);
    },
  };
}

function healthMetrics(deps: Deps, registry: Registry): void {
  new Gauge({
    name: 'tollgate_store_up',
    help: '1 where a store answers: ClickHouse, and the control state.',
    labelNames: ['store'],
    registers: [registry],
    async collect() {
      const { control, store } = await storeHealth(deps);
      this.set({ store: 'control' }, control ? 1 : 0);
      this.set({ store: 'clickhouse' }, store ? 1 : 0);
    },
  });
}
