import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { otelcolBinary } from '../../support/otelcol-binary.ts';
import { Generator } from './load/generator.ts';
import { acknowledgement } from './parts/acknowledgement.ts';
import { overload } from './parts/overload.ts';
import { storage } from './parts/storage.ts';
import { type Throughput, throughput } from './parts/throughput.ts';
import type { ResultName, Results, Rig } from './rig.ts';

export interface IngestOptions {
  /** One of the results, or `overload`; everything when undefined. */
  readonly only: IngestPart | undefined;
  /** Of each round, at least. */
  readonly spans: number;
  readonly rounds: number;
  readonly ackSeconds: number;
  readonly overloadSeconds: number;
  /** Without it, no comparison with the OpenTelemetry Collector is tried. */
  readonly otelcol: boolean;
}

export type IngestPart = ResultName | 'overload';

export const INGEST_PARTS: readonly IngestPart[] = [
  'over_otelcol_durable',
  'over_otelcol_fastest',
  'share_of_engine_limit',
  'ack_p99_over_otelcol',
  'rss_mb',
  'storage_over_default_table',
  'overload',
];

/** Collectors into one landing table: how fast, how soon acknowledged, at what cost; see README.md beside this folder. */
export async function benchIngest(print: (line: string) => void, options: IngestOptions): Promise<Results> {
  const wanted = (...parts: IngestPart[]) => options.only === undefined || parts.includes(options.only);
  const otelcol = await findOtelcol(options, print);
  const directory = await mkdtemp(join(resolve(import.meta.dirname, '../../..'), '.bench-'));
  try {
    const { rounds } = options;
    const rates = await withGenerator(options.spans, print, async (generator) => {
      const rig: Rig = { directory, generator, otelcol, rounds, print };
      return measure(rig, options, wanted);
    });
    const { full } = rates;
    if (full !== undefined && wanted('overload'))
      await overloaded({ directory, otelcol, rounds, print }, full, options);
    return rates.results;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Wanted = (...parts: IngestPart[]) => boolean;

async function measure(
  rig: Rig,
  { ackSeconds }: IngestOptions,
  wanted: Wanted,
): Promise<{ full: Throughput | undefined; results: Results }> {
  const justStorage = !wanted(...INGEST_PARTS.filter((part) => part !== 'storage_over_default_table'));
  const full: Throughput | undefined = justStorage
    ? undefined
    : await throughput(rig, {
        durable: wanted('over_otelcol_durable', 'ack_p99_over_otelcol'),
        memory: wanted('over_otelcol_fastest'),
        blocks: wanted('share_of_engine_limit'),
      });
  const ack =
    full !== undefined && wanted('ack_p99_over_otelcol')
      ? await acknowledgement(rig, { ...full, seconds: ackSeconds })
      : undefined;
  const disk = wanted('storage_over_default_table') ? await storage(rig) : undefined;
  const all: Results = {
    ...full?.results,
    ...(ack === undefined ? {} : { ack_p99_over_otelcol: ack }),
    ...(disk === undefined ? {} : { storage_over_default_table: disk }),
  };
  const results = Object.fromEntries(
    INGEST_PARTS.flatMap((part) =>
      part !== 'overload' && wanted(part) && all[part] !== undefined ? [[part, all[part]]] : [],
    ),
  );
  return { full, results };
}

/** In memory, some 1.3 GB of bodies; where that is not enough, the overload ends sooner, and says so. */
const MOST_SPANS = 8_000_000;

/** A minute of accepted bodies is more than a round has: a generator of its own, and quicker compression. */
async function overloaded(
  rig: Omit<Rig, 'generator'>,
  { ours, oursAcknowledged }: Throughput,
  { overloadSeconds, spans }: IngestOptions,
): Promise<void> {
  const accepted = Math.min(MOST_SPANS, 2 * Math.max(ours, oursAcknowledged) * overloadSeconds);
  const work = (generator: Generator) => overload({ ...rig, generator }, ours, overloadSeconds);
  await withGenerator(Math.max(spans, accepted), rig.print, work, 1);
}

async function withGenerator<T>(
  spans: number,
  print: (line: string) => void,
  work: (generator: Generator) => Promise<T>,
  level = 6,
): Promise<T> {
  const generator = await Generator.start(spans, level);
  const { prepared } = generator;
  print(
    `prepared ${prepared.bodies} bodies, ${prepared.spans} spans of ${Math.round(prepared.bytes / prepared.spans)} bytes, ${Math.round(prepared.sentBytes / prepared.spans)} as sent (gzip)`,
  );
  try {
    return await work(generator);
  } finally {
    await generator.end();
  }
}

async function findOtelcol(
  { otelcol, only }: IngestOptions,
  print: (line: string) => void,
): Promise<string | undefined> {
  if (!otelcol || only === 'overload' || only === 'rss_mb' || only === 'share_of_engine_limit')
    return undefined;
  const binary = await otelcolBinary();
  if (binary === undefined)
    print(
      '*** LEFT OUT: nothing is compared with the OpenTelemetry Collector, because there is no Go to build it. ***',
    );
  return binary;
}
