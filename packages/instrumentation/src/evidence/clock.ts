/** A second of difference between the two clocks means that the wall clock was set, or that the machine slept. */
const DRIFT_NS = 1_000_000_000n;

let anchor = { wall: 0n, monotonic: 0n };

/** Nanoseconds since 1970, UTC: the wall clock, with the steps of the monotonic one in between. */
export function nowNs(): bigint {
  const wall = BigInt(Date.now()) * 1_000_000n;
  const monotonic = process.hrtime.bigint();
  const now = anchor.wall + (monotonic - anchor.monotonic);
  const drift = now - wall;
  if (drift < DRIFT_NS && drift > -DRIFT_NS) return now;
  anchor = { wall, monotonic };
  return wall;
}
