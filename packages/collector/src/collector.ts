import type { RequestListener, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { ByteBudget } from './http/byte-budget.ts';
import { createIngest } from './ingest.ts';
import { type CollectorLimits, type ResolvedLimits, resolveLimits } from './limits.ts';
import { Listeners, type Listening } from './listeners.ts';
import { type Logger, silentLogger } from './logger.ts';
import { type CollectorMetrics, createMetrics } from './metrics.ts';
import type { KeyVerifier } from './principal.ts';
import { createRouter } from './router.ts';
import type { LandingRow } from './rows/landing-row.ts';
import type { QuarantineRow } from './rows/quarantine-row.ts';
import type { Insert } from './store/insert-result.ts';
import type { Store } from './store/store-batch.ts';

export interface CollectorOptions {
  /** Stores landing rows; resolves when they are synced. */
  readonly insert: Insert<LandingRow>;
  /** Keeps what cannot be a landing row at all. */
  readonly quarantine: Insert<QuarantineRow>;
  readonly verifyKey: KeyVerifier;
  readonly limits?: CollectorLimits;
  readonly logger?: Logger;
  /** Whether storage answers, for `/readyz`. Without it, the collector is ready as long as it is not closing. */
  readonly probe?: () => Promise<boolean>;
}

export interface Collector {
  /** For a server of one's own; see `listen` for one with the right timeouts. */
  readonly handler: RequestListener;
  /** Listens on loopback unless told otherwise; port 0 lets the system choose. Rejects where the port is taken. */
  listen(port: number, host?: string): Promise<Listening>;
  /** Prometheus text, as `/metrics` answers it. */
  metrics(): Promise<string>;
  /** Refuses new requests, answers those in flight, closes listeners and connections. Can be called again. */
  close(): Promise<void>;
}

/** Builds an OTLP/HTTP trace receiver. Throws a ZodError for unusable limits. */
export function createCollector(options: CollectorOptions): Collector {
  const limits = resolveLimits(options.limits);
  const logger = options.logger ?? silentLogger;
  const budget = new ByteBudget(limits.maxInFlightBytes);
  const metrics = createMetrics(() => budget.used);
  const store = timedStore(options, limits, metrics);
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  const route = createRouter({
    ingest: createIngest({ store, verifyKey: options.verifyKey, limits, metrics, logger, budget }),
    metrics,
    logger,
    retryAfterSeconds: limits.retryAfterSeconds,
    draining: () => closing !== undefined,
    ready: async () => (await options.probe?.().catch(() => false)) ?? true,
  });
  const handler: RequestListener = (request, response) => {
    const work = route(request, response)
      .then(() => sent(response))
      .finally(() => running.delete(work));
    running.add(work);
  };
  const idle = async () => {
    while (running.size > 0) await Promise.all(running);
  };
  const listeners = new Listeners(handler, limits);
  return {
    handler,
    listen: (port, host = '127.0.0.1') => listeners.listen(port, host),
    metrics: () => metrics.registry.metrics(),
    close: () => {
      closing ??= listeners.close(idle);
      return closing;
    },
  };
}

/** Ends when the answer has left for the network, or nobody is there to take it. */
async function sent(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await finished(response).catch(() => undefined);
}

function timedStore(options: CollectorOptions, limits: ResolvedLimits, metrics: CollectorMetrics): Store {
  const timed =
    <Row>(insert: Insert<Row>): Insert<Row> =>
    async (rows, token) => {
      const start = performance.now();
      const result = await insert(rows, token);
      metrics.insertEnded((performance.now() - start) / 1000, result.kind);
      return result;
    };
  return {
    insert: timed(options.insert),
    quarantine: timed(options.quarantine),
    maxRawBytes: limits.maxQuarantineBytes,
  };
}
