import type { Tracer } from '@opentelemetry/api';
import type { Express, RequestHandler } from 'express';
import { type Logger, pino } from 'pino';
import { createApp } from './app.ts';
import { sweepExpired } from './approvals/expire.ts';
import { type Background, STANDARD_WORK } from './background.ts';
import { sweepLeases } from './budgets/expire-leases.ts';
import type { Clock, ContentPlace, Deps, Settings, Store } from './deps.ts';
import { checkHostAndOrigin } from './http/guard.ts';
import { healthRoutes } from './http/health.ts';
import { serviceMetrics } from './http/metrics.ts';
import type { Route } from './http/route.ts';
import { authenticator } from './identity/authenticate.ts';
import { type Principal, verifyIngestKey } from './identity/verify.ts';
import { startShipper } from './records/shipper.ts';
import { ROUTES } from './routes.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { signOnRoutes } from './sign-on/router.ts';
import type { ControlState } from './state/change.ts';
import { openControlState } from './state/control-state.ts';
import { lockDirectory } from './state/directory-lock.ts';
import { repeat } from './state/repeat.ts';
import { systemClock } from './state/time.ts';

export interface QueryServiceOptions {
  /** Where the control state lies, e.g. `./data/control`; made where it is missing. One service a directory. */
  readonly directory: string;
  readonly store: Store;
  readonly settings?: Partial<Settings>;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Where content lies beside store and control state, for erasures. */
  readonly elsewhere?: readonly ContentPlace[];
  /** For the service's own traces, one span a request; without it there are none. */
  readonly tracer?: Tracer;
  /** Further routes of the API, described and checked like its own. */
  readonly routes?: readonly (readonly Route[])[];
  /** Handlers for what is no route of the API, e.g. the pages of the console. */
  readonly after?: readonly RequestHandler[];
  /** Background work besides shipping and expiry: pricing and controls where nothing else is said. */
  readonly background?: readonly Background[];
  readonly sweep_interval_ms?: number;
}

/**
 * For `http.createServer`. Node closes an idle connection after five seconds, about when an agent that waits asks again:
 * then its request meets a reset.
 */
export const SERVER_OPTIONS = { keepAliveTimeout: 75_000 } as const;

export interface QueryService {
  /** Give it to `http.createServer`, with `SERVER_OPTIONS`. Works before `start`, which only starts background work. */
  readonly app: Express;
  readonly deps: Deps;
  readonly control: ControlState;
  /** The key verifier for a collector in the same process. */
  readonly verifyIngestKey: (presented: string) => Promise<Principal | undefined>;
  /** Starts shipping of evidence, expiry of approvals and the other background work. */
  start(): void;
  /** Sends what is in the outbox now; false where the evidence store did not take it. For tests and the end of a demo. */
  flush(): Promise<boolean>;
  /** Answers open long polls with what is known; call it before closing the server. */
  drain(): void;
  /** Drains, ends background work and closes the control state. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Opens the control state and builds the service, which does not listen yet.
 * @throws Error where another service runs on the same directory
 */
export async function createQueryService(options: QueryServiceOptions): Promise<QueryService> {
  const { directory, store, clock = systemClock(), logger = pino({ name: 'query-service' }) } = options;
  const control = await openControlState({ directory, clock });
  const unlock = lockOrClose(directory, control);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const deps: Deps = { store, control, clock, logger, settings, elsewhere: options.elsewhere ?? [] };
  const draining = new AbortController();
  const authenticate = authenticator(deps);
  const metrics = serviceMetrics(deps);
  const health = { deps, drain: draining.signal, registry: metrics.registry, authenticate };
  const app = createApp({
    deps,
    routes: [...ROUTES, ...(options.routes ?? [])],
    authenticate,
    metrics,
    tracer: options.tracer,
    drain: draining.signal,
    before: [checkHostAndOrigin(settings.hosts), healthRoutes(health), signOnRoutes(deps)],
    after: options.after ?? [],
  });
  const background = backgroundOf(deps, { background: STANDARD_WORK, ...options });
  let stopping: Promise<void> | undefined;
  return {
    app,
    deps,
    control,
    verifyIngestKey: verifyIngestKey(deps),
    start: background.start,
    flush: background.flush,
    drain: () => draining.abort(),
    stop: () => {
      stopping ??= (async () => {
        draining.abort();
        await background.stop();
        await control.close();
        unlock();
      })();
      return stopping;
    },
  };
}

function lockOrClose(directory: string, control: ControlState): () => void {
  try {
    return lockDirectory(directory);
  } catch (error) {
    void control.close();
    throw error;
  }
}

function backgroundOf(deps: Deps, { background = [], sweep_interval_ms = 1000 }: QueryServiceOptions) {
  const { control, store, logger } = deps;
  let shipper: ReturnType<typeof startShipper> | undefined;
  const running: { stop(): Promise<void> }[] = [];
  return {
    start: () => {
      if (shipper !== undefined) return;
      shipper = startShipper({ control, store, logger });
      running.push(repeat(() => sweepExpired(deps), sweep_interval_ms, logger, 'expiry of approvals'));
      running.push(repeat(() => sweepLeases(deps), sweep_interval_ms, logger, 'expiry of budget leases'));
      running.push(...background.map((begin) => begin(deps)));
    },
    flush: async () => (shipper === undefined ? false : shipper.flush()),
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()));
      if (shipper === undefined) return;
      await shipper.stop();
    },
  };
}
