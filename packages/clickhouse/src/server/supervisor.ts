import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProcess } from './engine-process.ts';
import type { Health } from './health.ts';

/** What happened to the engine, for the log. */
export type ServerEvent =
  | { readonly kind: 'started'; readonly pid: number | undefined; readonly restarts: number }
  | {
      readonly kind: 'ended';
      readonly why: 'died' | 'not_answering' | 'not_starting';
      readonly lastWords: string;
    }
  | { readonly kind: 'stopped' };

/** What a supervisor needs; apart from the engine, so that its rules can be read by themselves. */
export type Supervised = {
  spawn(): EngineProcess;
  probe(timeout: number): Promise<Health>;
  log(event: ServerEvent): void;
};

/** A running supervisor. `pid` changes with every restart. */
export type Supervisor = {
  pid(): number | undefined;
  restarts(): number;
  stop(): Promise<void>;
};

const START_LIMIT = 30_000;
const PROBE_EVERY = 500;
const PROBE_TIMEOUT = 2_000;
const REFUSED_LIMIT = 2;
// A listener that was stopped may go on accepting connections without serving them: believed after some twelve seconds.
const SILENT_LIMIT = 5;
const BACKOFF_FIRST = 100;
const BACKOFF_LAST = 5_000;

/** Keeps one engine running: started again when it dies, and killed when it no longer answers. */
export function supervise(first: EngineProcess, supervised: Supervised): Supervisor {
  const stopping = new AbortController();
  let engine = first;
  let restarts = 0;

  const run = async (): Promise<void> => {
    let failures = 0;
    supervised.log({ kind: 'started', pid: engine.pid, restarts });
    while (!stopping.signal.aborted) {
      const up = await waitUntilUp(engine, supervised.probe, stopping.signal);
      if (up) failures = 0;
      const why = up ? await watch(engine, supervised.probe, stopping.signal) : 'not_starting';
      await end(engine);
      if (stopping.signal.aborted) return;
      supervised.log({ kind: 'ended', why, lastWords: engine.lastWords() });
      await pause(Math.min(BACKOFF_LAST, BACKOFF_FIRST * 2 ** failures), stopping.signal);
      if (stopping.signal.aborted) return;
      failures += 1;
      restarts += 1;
      engine = supervised.spawn();
      supervised.log({ kind: 'started', pid: engine.pid, restarts });
    }
  };

  const ended = run().finally(() => end(engine));
  return {
    pid: () => engine.pid,
    restarts: () => restarts,
    stop: async () => {
      stopping.abort();
      engine.kill();
      await ended;
    },
  };
}

/** Whether an engine answers within the start limit; false as soon as it has ended. */
export async function waitUntilUp(
  engine: EngineProcess,
  probe: Supervised['probe'],
  signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT;
  while (!engine.hasExited() && !signal.aborted && Date.now() < deadline) {
    if ((await probe(PROBE_TIMEOUT)) === 'answering') return !engine.hasExited();
    await Promise.race([engine.exited, pause(50, signal)]);
  }
  return false;
}

/** Kills an engine and waits until the system has let go of it, and with it of its ports and directory. */
export async function end(engine: EngineProcess): Promise<void> {
  if (engine.hasExited()) return;
  engine.kill();
  await engine.exited;
}

async function watch(
  engine: EngineProcess,
  probe: Supervised['probe'],
  signal: AbortSignal,
): Promise<'died' | 'not_answering'> {
  let refused = 0;
  let silent = 0;
  while (!engine.hasExited() && !signal.aborted) {
    await Promise.race([engine.exited, pause(PROBE_EVERY, signal)]);
    const health = await Promise.race([engine.exited, probe(PROBE_TIMEOUT)]);
    refused = health === 'refused' ? refused + 1 : 0;
    silent = health === 'silent' ? silent + 1 : 0;
    if (!engine.hasExited() && (refused >= REFUSED_LIMIT || silent >= SILENT_LIMIT)) return 'not_answering';
  }
  return 'died';
}

/** Waits without holding the process open; an abort ends the wait. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
