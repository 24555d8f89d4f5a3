import { DATABASE } from '@tollgate/clickhouse';
import type { Logger } from 'pino';
import type { Store } from '../deps.ts';
import type { ControlState } from '../state/change.ts';
import { type Batch, type BatchLimits, dropBatch, nextBatch, pendingTables } from './outbox.ts';

export interface ShipperOptions {
  readonly control: ControlState;
  readonly store: Pick<Store, 'service'>;
  readonly logger: Logger;
  readonly limits?: BatchLimits;
  /** Longest pause between attempts. */
  readonly max_backoff_ms?: number;
}

/** Moves the outbox to ClickHouse, one batch at a time, until `stop`. */
export interface Shipper {
  /** Resolves once a pass found nothing left to send; false where a table could not be sent. */
  flush(): Promise<boolean>;
  /** Sends what it can within a few seconds, then ends. May be called more than once. */
  stop(): Promise<void>;
}

const LIMITS: BatchLimits = { rows: 500, characters: 4_000_000 };
const FIRST_BACKOFF_MS = 100;
/** What is new is gathered this long: each batch costs synced commits, for which decisions and grants would wait. */
const GATHER_MS = 50;
const STOP_PATIENCE_MS = 5000;

/**
 * Starts to ship. Each batch is sent with its persisted id as `insert_deduplication_token` until ClickHouse has it, and
 * only then forgotten; a table that is refused does not hold up the others. One shipper a control state: the caller
 * holds the lock of its directory.
 */
export function startShipper({
  control,
  store,
  logger,
  limits = LIMITS,
  max_backoff_ms = 15_000,
}: ShipperOptions): Shipper {
  const hurry = new AbortController();
  let stopped = false;
  let backoff = 0;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<boolean> | undefined;

  /** One batch of each table in turn, until nothing is left but what was refused. */
  const shipAll = async (): Promise<boolean> => {
    const refused = new Set<string>();
    while (!stopped) {
      const tables = (await pendingTables(control)).filter((table) => !refused.has(table));
      if (tables.length === 0) break;
      for (const table of tables) if (!(await shipBatch(table))) refused.add(table);
    }
    return refused.size === 0;
  };

  const shipBatch = async (table: string): Promise<boolean> => {
    try {
      const batch = await nextBatch(control, table, limits);
      // A backup pauses it; otherwise there is one, since the table was listed and nobody else sends.
      if (batch === undefined) return false;
      await insert(store, batch, hurry.signal);
      await dropBatch(control, batch.batch_id);
      return true;
    } catch (error) {
      logger.warn({ err: error, table }, 'evidence could not be stored; it is kept and will be sent again');
      return false;
    }
  };

  /** One pass at a time; a call while one runs gets a pass of its own after it, so that nothing new is missed. */
  const run = (): Promise<boolean> => {
    clearTimeout(timer);
    timer = undefined;
    const next = (pass ?? Promise.resolve(true)).then(shipAll).catch((error: unknown) => {
      logger.error({ err: error }, 'the outbox could not be read');
      return false;
    });
    pass = next;
    void next.then((whole) => {
      if (pass === next) pass = undefined;
      backoff = whole ? 0 : Math.min(max_backoff_ms, Math.max(FIRST_BACKOFF_MS, backoff * 2));
      if (!whole) schedule(backoff * (0.5 + Math.random() / 2));
    });
    return next;
  };

  /** Keeps a timer that is set: under a steady stream of changes, one that starts anew would never run. */
  const schedule = (delay_ms: number): void => {
    if (!stopped) timer ??= setTimeout(run, delay_ms).unref();
  };

  // While sending fails, what is new waits for the next attempt instead of causing one.
  const unsubscribe = control.onOutbox(() => {
    if (backoff === 0) schedule(GATHER_MS);
  });
  schedule(0);
  return {
    flush: run,
    stop: async () => {
      unsubscribe();
      // A store that hangs must not keep the service from ending: the batch is durable, and is sent again next time.
      const limit = setTimeout(() => {
        stopped = true;
        hurry.abort();
      }, STOP_PATIENCE_MS);
      await run();
      stopped = true;
      clearTimeout(limit);
      clearTimeout(timer);
    },
  };
}

async function insert(
  { service }: Pick<Store, 'service'>,
  { batch_id, table, rows }: Batch,
  abort_signal: AbortSignal,
): Promise<void> {
  await service.insert({
    abort_signal,
    table: `${DATABASE}.${table}`,
    values: [...rows],
    format: 'JSONEachRow',
    clickhouse_settings: {
      insert_deduplication_token: batch_id,
      insert_deduplicate: 1,
      deduplicate_blocks_in_dependent_materialized_views: 1,
      // One block a batch: the token has to cover all of it or nothing.
      max_insert_block_size: '1000000',
      input_format_skip_unknown_fields: 0,
      input_format_null_as_default: 0,
      async_insert: 0,
    },
  });
}
