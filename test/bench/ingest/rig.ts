import type { Generator } from './load/generator.ts';

/** What every part of the benchmark works with. */
export interface Rig {
  /** On the disk of this repository; each part cleans up after itself. */
  readonly directory: string;
  readonly generator: Generator;
  /** The OpenTelemetry Collector; undefined where there is no Go to build it. */
  readonly otelcol: string | undefined;
  readonly rounds: number;
  readonly print: (line: string) => void;
}

export type ResultName =
  | 'over_otelcol_durable'
  | 'over_otelcol_fastest'
  | 'share_of_engine_limit'
  | 'ack_p99_over_otelcol'
  | 'rss_mb'
  | 'storage_over_default_table';

/** A result that needs the OpenTelemetry Collector is missing where that is. */
export type Results = Partial<Record<ResultName, number>>;
