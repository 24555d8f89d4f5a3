/** A second of difference between the two clocks means that the wall clock was set, or that the machine slept. */
const DRIFT_NS = 1_000_000_000n;
/** The clocks are compared this often at most. */
const COMPARE_NS = 1_000_000n;

/** What the wall clock is ahead of the monotonic one. */
let ahead = 0n;
/** By the monotonic clock. */
let compareAt = 0n;

/** Nanoseconds since 1970, UTC: the wall clock, with the steps of the monotonic one in between. */
export function nowNs(): bigint {
  const monotonic = process.hrtime.bigint();
  if (monotonic >= compareAt) compare(monotonic);
  return ahead + monotonic;
}

function compare(monotonic: bigint): void {
  compareAt = monotonic + COMPARE_NS;
  const seen = BigInt(Date.now()) * 1_000_000n - monotonic;
  const drift = seen - ahead;
  if (drift >= DRIFT_NS || drift <= -DRIFT_NS) ahead = seen;
}
