import { z } from 'zod';

const MIB = 1024 * 1024;

const Limits = z.strictObject({
  /** Largest body, in bytes, both as sent and as unpacked. Default 20 MiB, the OpenTelemetry Collector's. */
  maxBodyBytes: z
    .int()
    .positive()
    .default(20 * MIB),
  /** Messages (spans, attributes, values …; in JSON, objects and arrays) in one body; beyond, 413. */
  maxMessages: z.int().positive().default(1_000_000),
  /**
   * What all requests being read or stored may hold in memory at once, in bytes: their unpacked bodies, and a hundred
   * bytes for each of their messages; beyond, 429. Default 256 MiB.
   */
  maxInFlightBytes: z
    .int()
    .positive()
    .default(256 * MIB),
  /** Requests being read or stored at once; beyond, 429. */
  maxInFlightRequests: z.int().positive().default(256),
  /** How many stored bodies are remembered, so that a repeated one is answered without an insert. */
  rememberedBodies: z.int().nonnegative().default(10_000),
  /** Longest raw span kept in the quarantine, in bytes; longer ones are cut and say so. */
  maxQuarantineBytes: z
    .int()
    .positive()
    .default(16 * 1024),
  /** What a refused client is told to wait, in seconds. */
  retryAfterSeconds: z.int().positive().default(1),
  /** How long a whole request may take to arrive, in milliseconds. */
  requestTimeoutMs: z.int().positive().default(60_000),
  /** How long `close()` waits for requests in flight before it cuts their connections, in milliseconds. */
  drainTimeoutMs: z.int().nonnegative().default(30_000),
});

/** The collector's bounds, all optional. */
export type CollectorLimits = z.input<typeof Limits>;
export type ResolvedLimits = z.output<typeof Limits>;

/** Throws a ZodError that names the limit at fault. */
export const resolveLimits = (limits: CollectorLimits = {}): ResolvedLimits => Limits.parse(limits);
