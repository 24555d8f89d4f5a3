import { Backlog } from '../batch/backlog.ts';
import { Batcher, type Taken } from '../batch/batcher.ts';
import { BlockPool } from '../batch/block-pool.ts';
import type { BodyBatch } from '../batch/body-batch.ts';
import { sizeInLog } from '../batch/decode-logged.ts';
import type { Incoming } from '../batch/incoming.ts';
import { MonthAllowance } from '../batch/month-allowance.ts';
import { Refusable } from '../batch/refusable.ts';
import type { BatchEnd } from '../batch/store-batch.ts';
import { FairBudget } from '../http/fair-budget.ts';
import { refuse } from '../http/refusals.ts';
import type { Ledger } from '../ledger.ts';
import type { ResolvedLimits } from '../limits.ts';
import { BodyLog } from '../log/body-log.ts';
import type { LogFiles } from '../log/log-files.ts';
import type { Logger } from '../logger.ts';
import type { CollectorMetrics } from '../metrics.ts';
import type { Store } from '../store/insert-batch.ts';
import { Recent } from '../store/recent.ts';
import { decodeInto } from './decode-into.ts';
import type { Flushed, Keeper, Kept, Readiness } from './keeper.ts';
import { logReadiness } from './log-readiness.ts';
import { Progress } from './progress.ts';
import { type Answered, goOn, reportBad } from './recover.ts';

export interface LoggedParts {
  readonly directory: string;
  readonly files: LogFiles;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly limits: ResolvedLimits;
  readonly metrics: CollectorMetrics;
  readonly logger: Logger;
  /** Answer only when the tables have it. */
  readonly whenStored: boolean;
  /** There is room again. */
  readonly onRoom: () => void;
}

type Refused = Exclude<Kept, { kind: 'kept' }>;

const MIB = 1024 * 1024;

/** Keeps bodies in the write-ahead log until the tables have them. */
export class LoggedKeeper implements Keeper {
  readonly opened: Promise<void>;
  readonly #parts: LoggedParts;
  readonly #budget: FairBudget;
  readonly #recent: Recent<Answered | Refused>;
  readonly #stopping = new AbortController();
  /** Bodies that a sender may still wait for, and that went to the quarantine whole. */
  readonly #unstorable = new Map<number, string>();
  readonly #progress = new Progress(this.#stopping.signal);
  #running: { readonly log: BodyLog; readonly batcher: Batcher } | undefined;

  constructor(parts: LoggedParts) {
    this.#parts = parts;
    this.#budget = new FairBudget(parts.limits.maxLogBytes);
    this.#recent = new Recent(parts.limits.rememberedBodies);
    this.opened = this.#open();
    this.opened.catch((error: unknown) => parts.logger.error({ error }, 'the log cannot be opened'));
  }

  async #open(): Promise<void> {
    const { directory, files, limits, logger, metrics } = this.#parts;
    const { log, opened } = await BodyLog.open({
      directory,
      files,
      segmentBytes: Math.min(8 * MIB, Math.floor(limits.maxLogBytes / 16)),
      remember: limits.rememberedBodies,
      onGroup: (group) => {
        metrics.groupEnded(group);
        if (group.result === 'failed') this.#failed(group.ids);
      },
      onFailure: (error) => logger.error({ error, directory }, 'the log cannot be written'),
    });
    reportBad(opened.bad, logger, metrics);
    const pool = new BlockPool(2);
    const backlog = new Backlog(log, pool, limits);
    goOn(opened.recovered, {
      ...this.#parts,
      budget: this.#budget,
      backlog,
      remember: (token, answer) => this.#recent.remember(token, answer),
    });
    const batcher = new Batcher({
      ...this.#parts,
      log,
      pool,
      backlog,
      signal: this.#stopping.signal,
      refusable: new Refusable(),
      bounds: { ...limits, impatient: this.#parts.whenStored },
      months: new MonthAllowance(limits),
      decode: decodeInto(limits),
      onEnd: (batch, end) => this.#ended(batch, end),
      onSpill: (spans) => metrics.spilled(spans),
      onReplay: (batch) => metrics.replayed(batch.spans),
    });
    this.#running = { log, batcher };
    metrics.watchLog(log);
  }

  get hasRoom(): boolean {
    return this.#running?.batcher.hasRoom ?? true;
  }

  async keep(body: Incoming): Promise<Kept> {
    if (!this.#running) await this.opened.catch(() => undefined);
    const { outcome, first } = await this.#recent.once(body.token, () => this.#log(body));
    if (outcome.kind !== 'kept') return outcome;
    const kept = this.#parts.whenStored ? await this.#whenStored(outcome) : outcome;
    if (kept.kind === 'kept' && !first) this.#parts.ledger.repeated(kept.spans);
    return kept;
  }

  async #log(body: Incoming) {
    const running = this.#running;
    if (!running?.log.accepts) return refuse('log_unavailable');
    const size = sizeInLog(body.sent.length);
    const client = body.principal.principal;
    const { limits, ledger } = this.#parts;
    if (ledger.inLog >= limits.maxLogSpans || running.log.bytes + size > limits.maxLogBytes)
      return refuse('log_full');
    const share = this.#budget.take(client, size);
    if (share !== 'taken') return refuse(share === 'full' ? 'log_full' : 'client_over_share');
    let kept: Answered | Refused | undefined;
    try {
      kept = await this.#settled(running.batcher.take(body));
      return kept;
    } finally {
      if (kept?.kind !== 'kept') this.#budget.give(client, size);
    }
  }

  async #settled(taken: Taken): Promise<Answered | Refused> {
    if (taken.kind === 'malformed') return refuse('malformed_body', taken.message);
    if (taken.kind === 'scattered') return refuse('too_many_months');
    if (taken.kind === 'too_large') return refuse('body_too_large', taken.message);
    if ((await taken.logged) === 'failed') return refuse('log_unavailable');
    const { id, spans, rejected, message } = taken;
    this.#parts.ledger.logged(spans);
    return { kind: 'kept', id, spans, rejected, message };
  }

  async #whenStored(kept: Answered): Promise<Kept> {
    const isDone = () => this.#running?.log.isDone(kept.id) === true;
    if (!(await this.#progress.until(isDone, this.#parts.limits.storedTimeoutMs)))
      return refuse('storage_unavailable', LATE);
    const why = this.#unstorable.get(kept.id);
    if (why === undefined) return kept;
    const { spans } = kept;
    const message = `${spans} of ${spans} spans were quarantined: unstorable (${spans}: ${why})`;
    return { ...kept, rejected: spans, message };
  }

  #failed(ids: readonly number[]): void {
    this.#running?.batcher.failed(ids);
    this.#progress.made();
  }

  #ended(batch: BodyBatch, end: BatchEnd): void {
    if (end.kind === 'stored') {
      for (const [client, bytes] of batch.held) this.#budget.give(client, bytes);
      if (this.#parts.whenStored) for (const [id, why] of end.unstorable) this.#unstorable.set(id, why);
      for (const id of this.#unstorable.keys()) if (this.#unstorable.size > 1000) this.#unstorable.delete(id);
    }
    this.#parts.onRoom();
    this.#progress.made();
  }

  async flush(timeoutMs: number): Promise<Flushed> {
    await this.opened;
    const running = this.#running;
    if (!running) return { kind: 'waiting', spans: this.#parts.ledger.inLog };
    const { log, batcher } = running;
    const last = log.lastId;
    const isStored = () => {
      batcher.hurry();
      return log.firstUndone > last;
    };
    if (await this.#progress.until(isStored, timeoutMs)) return { kind: 'stored' };
    return { kind: 'waiting', spans: this.#parts.ledger.inLog };
  }

  async forgetStored(timeoutMs: number): Promise<number> {
    await this.flush(timeoutMs);
    return this.#running?.log.forgetStored() ?? 0;
  }

  readiness(): Readiness {
    if (!this.#running) return { accepts: false, detail: 'the log is not open' };
    return logReadiness(this.#running.log, this.#parts.ledger, this.#parts.limits);
  }

  async close(timeoutMs: number): Promise<void> {
    const isOpen = await this.opened.then(
      () => true,
      () => false,
    );
    if (!isOpen || !this.#running) return;
    const flushed = await this.flush(timeoutMs);
    if (flushed.kind === 'waiting')
      this.#parts.logger.warn(
        { spans: flushed.spans },
        'closing; what waits in the log is stored after the next start',
      );
    this.#stopping.abort();
    await this.#running.log.close();
  }
}

const LATE = 'the spans are durable and not stored yet; send again later';
