import type { Generator } from '../load/generator.ts';
import type { Pace, Sent } from '../load/messages.ts';
import type { BenchStore } from '../store.ts';

/** What is measured: a way for spans into the landing table. */
export interface System {
  readonly name: string;
  /** When its answer says that spans are safe, in words. */
  readonly acknowledges: string;
  /** Starts its process over a fresh store. */
  start(store: BenchStore): Promise<RunningSystem>;
}

export interface RunningSystem {
  /** Of the collector; undefined where nobody stands between the generator and ClickHouse. */
  readonly pid: number | undefined;
  send(generator: Generator, pace: Pace): Promise<Sent>;
  /** Bytes that it holds on disk itself. */
  ownBytes(): Promise<number>;
  /** `/metrics` of ours; empty elsewhere. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}
