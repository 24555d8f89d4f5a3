import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracer } from '@opentelemetry/api';
import type { Express, RequestHandler } from 'express';
import { type Logger, pino } from 'pino';
import { createApp } from './app.ts';
import { sweepExpired } from './approvals/expire.ts';
import { type Background, STANDARD_WORK } from './background.ts';
import { sweepLeases } from './budgets/expire-leases.ts';
import type { ContentPlace, Deps, Settings, Store } from './deps.ts';
import { checkHostAndOrigin } from './http/guard.ts';
import { healthRoutes } from './http/health.ts';
import { serviceMetrics } from './http/metrics.ts';
import type { Route } from './http/route.ts';
import { authenticator } from './identity/authenticate.ts';
import { type Principal, verifyIngestKey } from './identity/verify.ts';
import { outboxDepth } from './records/outbox.ts';
import { type Shipper, startShipper } from './records/shipper.ts';
import { ROUTES } from './routes.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { signOnRoutes } from './sign-on/router.ts';
import type { ControlState } from './state/change.ts';
import { type ControlStateOptions, openControlState, type StatePlace } from './state/control-state.ts';
import { lockDirectory } from './state/directory-lock.ts';
import type { Stoppable } from './state/engine.ts';
import { repeat } from './state/repeat.ts';

export type QueryServiceOptions = StatePlace & ServiceOptions;

interface ServiceOptions extends Pick<ControlStateOptions, 'clock' | 'max_waiters'> {
  readonly store: Store;
  readonly settings?: Partial<Settings>;
  readonly logger?: Logger;
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

/** How long a process that does not lead waits for the one that does. */
const FLUSH_PATIENCE_MS = 10_000;

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
 * Opens the control state and builds the service, which does not listen yet. On one database any number of services may run.
 * @throws Error where another service runs on the same directory
 */
export async function createQueryService(options: QueryServiceOptions): Promise<QueryService> {
  const { store, logger = pino({ name: 'query-service' }) } = options;
  const control = await openControlState(options);
  const unlock = await lockOrClose(options.directory, control);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const { clock } = control;
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

/** A directory is one service's; a database is shared. */
async function lockOrClose(directory: string | undefined, control: ControlState): Promise<() => void> {
  if (directory === undefined) return () => undefined;
  try {
    return lockDirectory(directory);
  } catch (error) {
    await control.close();
    throw error;
  }
}

function backgroundOf(deps: Deps, { background = [], sweep_interval_ms = 1000 }: ServiceOptions) {
  const { store, logger } = deps;
  let shipper: Shipper | undefined;
  let leading: Stoppable | undefined;
  /** With a state whose changes fail once this process does not lead. */
  const begin = (control: ControlState): Stoppable => {
    const own = { ...deps, control };
    const shipping = startShipper({ control, store, logger });
    shipper = shipping;
    const running = [
      repeat(() => sweepExpired(own), sweep_interval_ms, logger, 'expiry of approvals'),
      repeat(() => sweepLeases(own), sweep_interval_ms, logger, 'expiry of budget leases'),
      ...background.map((start) => start(own)),
    ];
    return {
      stop: async () => {
        await Promise.all(running.map((one) => one.stop()));
        await shipping.stop();
        if (shipper === shipping) shipper = undefined;
      },
    };
  };
  return {
    start: () => {
      leading ??= deps.control.lead(begin, logger);
    },
    flush: async () => {
      if (leading === undefined) return false;
      // What another process sends, or this one once it leads, is sent when nothing is left.
      for (const end = performance.now() + FLUSH_PATIENCE_MS; shipper === undefined; await sleep(50)) {
        if ((await outboxDepth(deps.control)) === 0) return true;
        if (performance.now() > end) return false;
      }
      return shipper.flush();
    },
    stop: async () => leading?.stop(),
  };
}
