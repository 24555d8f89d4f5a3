import type { RequestListener, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { FairBudget } from './http/fair-budget.ts';
import { Turnstile } from './http/turnstile.ts';
import { createIngest } from './ingest.ts';
import { directKeeper } from './keep/direct-keeper.ts';
import type { Flushed, Keeper, Readiness } from './keep/keeper.ts';
import { LoggedKeeper } from './keep/logged-keeper.ts';
import { Ledger } from './ledger.ts';
import { type CollectorLimits, type ResolvedLimits, resolveLimits } from './limits.ts';
import { Listeners, type Listening } from './listeners.ts';
import { type AsideErased, eraseAside } from './log/erase-aside.ts';
import { diskFiles, type LogFiles } from './log/log-files.ts';
import { type Logger, silentLogger } from './logger.ts';
import { type CollectorMetrics, createMetrics } from './metrics.ts';
import type { KeyVerifier } from './principal.ts';
import { createRouter } from './router.ts';
import type { QuarantineRow } from './rows/quarantine-row.ts';
import type { Store } from './store/insert-batch.ts';
import type { Insert, LandingRows } from './store/insert-result.ts';

export interface CollectorOptions {
  /** Stores landing rows; resolves when they are synced. */
  readonly insert: Insert<LandingRows>;
  /** Keeps what cannot be a landing row at all. */
  readonly quarantine: Insert<readonly QuarantineRow[]>;
  readonly verifyKey: KeyVerifier;
  /**
   * Where the write-ahead log lies: a directory of this collector alone. Without one there is no log: every body is an
   * insert of its own, and 200 means stored.
   */
  readonly directory?: string | undefined;
  /** What 200 means: durable in the log (the default), or stored and synced in the tables. */
  readonly acknowledge?: 'logged' | 'stored';
  readonly limits?: CollectorLimits;
  readonly logger?: Logger;
  /** Whether storage answers, for `/readyz`. */
  readonly probe?: () => Promise<boolean>;
  /** The file system under the log; a test puts faults in between. */
  readonly files?: LogFiles;
}

export interface Collector {
  /** For a server of one's own; see `listen` for one with the right timeouts. */
  readonly handler: RequestListener;
  /**
   * Listens on loopback unless told otherwise; port 0 lets the system choose. Rejects where the port is taken, and with a
   * LogError where the log is in use or was written by a newer version.
   */
  listen(port: number, host?: string): Promise<Listening>;
  /** Prometheus text, as `/metrics` answers it. */
  metrics(): Promise<string>;
  /** Waits until everything that was acknowledged so far can be read from the tables; 30 seconds at most by default. */
  flush(timeoutMs?: number): Promise<Flushed>;
  /**
   * Takes what these runs left in the log out of it, once it is stored: every stored body, since bodies are of several
   * runs, and what was set aside of them or may be.
   */
  forget(run_ids: readonly string[], timeoutMs?: number): Promise<Forgotten>;
  /**
   * Refuses new requests, answers those in flight, closes listeners and connections, and stores what the log holds. What
   * storage does not take in time is stored after the next start. Can be called again.
   */
  close(): Promise<void>;
}

/** What `forget` did. `left`: bytes of bodies that storage has not taken, and that are to be forgotten once it has. */
export interface Forgotten extends AsideErased {
  readonly left: number;
}

/** How many bodies are unpacked at once: as many as Node has threads for it. */
const UNPACKING = 4;
const LONGEST_HOLD_MS = 1_000;
const NOTHING: AsideErased = { removed: 0, kept: 0 };

/** Builds an OTLP/HTTP trace receiver, and begins to open its log. Throws a ZodError for unusable limits. */
export function createCollector(options: CollectorOptions): Collector {
  const limits = resolveLimits(options.limits);
  const logger = options.logger ?? silentLogger;
  const budget = new FairBudget(limits.maxInFlightBytes);
  const ledger = new Ledger();
  const metrics = createMetrics(ledger, () => budget.used);
  const keeper = keeperOf(options, { limits, logger, ledger, metrics, onRoom: () => turnstile.wake() });
  const turnstile = new Turnstile(UNPACKING, LONGEST_HOLD_MS, () => keeper.hasRoom);
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  const route = createRouter({
    ingest: createIngest({ keeper, verifyKey: options.verifyKey, limits, logger, budget, turnstile }),
    metrics,
    logger,
    retryAfterSeconds: limits.retryAfterSeconds,
    draining: () => closing !== undefined,
    ready: () => readiness(keeper, options),
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
  const close = async () => {
    await listeners.close(idle);
    await keeper.close(limits.drainTimeoutMs);
  };
  return {
    handler,
    listen: async (port, host = '127.0.0.1') => {
      await keeper.opened;
      return listeners.listen(port, host);
    },
    metrics: () => metrics.registry.metrics(),
    flush: (timeoutMs = 30_000) => keeper.flush(timeoutMs),
    forget: async (run_ids, timeoutMs = 30_000) => {
      const left = await keeper.forgetStored(timeoutMs);
      const { directory } = options;
      const aside = directory === undefined ? NOTHING : await eraseAside(directory, run_ids);
      return { left, ...aside };
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Ends when the answer has left for the network, or nobody is there to take it. */
async function sent(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await finished(response).catch(() => undefined);
}

/** With a log the collector is ready as long as that takes bodies; without one, storage has to answer. */
async function readiness(keeper: Keeper, { directory, probe }: CollectorOptions): Promise<Readiness> {
  const { accepts, detail } = keeper.readiness();
  if ((await probe?.().catch(() => false)) ?? true) return { accepts, detail };
  const trouble = 'storage is not available';
  return {
    accepts: accepts && directory !== undefined,
    detail: detail === '' ? trouble : `degraded: ${trouble}; ${detail}`,
  };
}

interface KeeperParts {
  readonly limits: ResolvedLimits;
  readonly logger: Logger;
  readonly ledger: Ledger;
  readonly metrics: CollectorMetrics;
  readonly onRoom: () => void;
}

function keeperOf(options: CollectorOptions, parts: KeeperParts): Keeper {
  const { directory, files = diskFiles, acknowledge = 'logged' } = options;
  const store = timed(options, parts.metrics);
  if (directory === undefined) return directKeeper({ ...parts, store });
  return new LoggedKeeper({ ...parts, store, directory, files, whenStored: acknowledge === 'stored' });
}

function timed(options: Store, metrics: CollectorMetrics): Store {
  const each =
    <Rows>(insert: Insert<Rows>): Insert<Rows> =>
    async (rows, token) => {
      const start = performance.now();
      const result = await insert(rows, token);
      metrics.insertEnded((performance.now() - start) / 1000, result.kind);
      return result;
    };
  return { insert: each(options.insert), quarantine: each(options.quarantine) };
}
