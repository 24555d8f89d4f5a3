import type { Ledger } from '../ledger.ts';
import type { ResolvedLimits } from '../limits.ts';
import type { BodyLog } from '../log/body-log.ts';
import type { Readiness } from './keeper.ts';

/** Whether a log takes bodies, and how much waits in it. Looks whether a disk that refused is well again. */
export function logReadiness(log: BodyLog, ledger: Ledger, limits: ResolvedLimits): Readiness {
  const age = Math.max(0, Math.round((Date.now() - (log.oldestUndoneMs ?? Date.now())) / 1000));
  const detail = `${ledger.inLog} spans wait in the log, the oldest for ${age} s`;
  if (!log.healthy) {
    log.probe();
    return { accepts: false, detail: `the log cannot be written; ${detail}` };
  }
  const full = ledger.inLog >= limits.maxLogSpans || log.bytes >= limits.maxLogBytes;
  return { accepts: !full, detail: full ? `the log is full; ${detail}` : detail };
}
