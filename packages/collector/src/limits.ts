import { z } from 'zod';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const Limits = z.strictObject({
  /** Largest body, in bytes, both as sent and as unpacked. Default 20 MiB, the OpenTelemetry Collector's. */
  maxBodyBytes: z
    .int()
    .positive()
    .default(20 * MIB),
  /** Messages (spans, attributes, values …; in JSON, objects and arrays) in one body; beyond, 413. */
  maxMessages: z.int().positive().default(1_000_000),
  /**
   * What all requests that are read, decoded or waiting for the log may hold in memory at once, in bytes, as sent and as
   * unpacked; beyond, 429. One client may hold as much as is still free. Default 128 MiB.
   */
  maxInFlightBytes: z
    .int()
    .positive()
    .default(128 * MIB),
  /** Requests that are read, decoded or waiting for the log at once; beyond, 429. */
  maxInFlightRequests: z.int().positive().default(256),
  /**
   * What bodies that the tables do not have yet may take on disk, in bytes, as sent; beyond, 429. One client may hold as
   * much as is still free; an eighth may be bodies that are stored and still remembered. At least 1 MiB. Default 4 GiB.
   */
  maxLogBytes: z
    .int()
    .min(MIB)
    .default(4 * GIB),
  /** How many spans may wait in the log; beyond, 429. */
  maxLogSpans: z.int().positive().default(50_000_000),
  /** A block of this many rows is inserted at once; a smaller one after a tenth of a second when calm, a second under load. */
  blockRows: z.int().positive().default(32_768),
  /** A block this large is inserted at once, in bytes, about. At most five are held in memory. */
  blockBytes: z
    .int()
    .positive()
    .default(32 * MIB),
  /**
   * In how many months beyond two the spans of one client may begin, in blocks of a second on average, and so many at once;
   * beyond, 429. A month is a part of its own in every table, so many of them make inserts slow for all.
   */
  monthsPerSecond: z.number().positive().default(4),
  monthsAtOnce: z.number().positive().default(24),
  /** How many kept bodies are remembered, so that a repeated one is answered without being kept again. */
  rememberedBodies: z.int().nonnegative().default(10_000),
  /** Longest raw span or body kept in the quarantine, in bytes; longer ones are cut and say so. */
  maxQuarantineBytes: z
    .int()
    .positive()
    .default(16 * 1024),
  /** What a refused client is told to wait, in seconds. */
  retryAfterSeconds: z.int().positive().default(1),
  /** How long a whole request may take to arrive, in milliseconds. */
  requestTimeoutMs: z.int().positive().default(60_000),
  /** With `acknowledge: 'stored'`: how long a sender waits before it is told to come back, in milliseconds. */
  storedTimeoutMs: z.int().positive().default(30_000),
  /**
   * How long `close()` waits for requests in flight before it cuts their connections, and then for what is in the log to
   * be stored before it is left for the next start, in milliseconds.
   */
  drainTimeoutMs: z.int().nonnegative().default(30_000),
});

/** The collector's bounds, all optional. */
export type CollectorLimits = z.input<typeof Limits>;
export type ResolvedLimits = z.output<typeof Limits>;

/** Throws a ZodError that names the limit at fault. */
export const resolveLimits = (limits: CollectorLimits = {}): ResolvedLimits => Limits.parse(limits);
