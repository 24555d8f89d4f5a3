/** A time as ClickHouse reads it into DateTime64(9, 'UTC'): `2026-01-31 12:00:00.123456789`. */
export function storeTime(time: string | bigint): string {
  const nanoseconds = BigInt(time);
  const whole = new Date(Number(nanoseconds / 1_000_000_000n) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
  return `${whole}.${(nanoseconds % 1_000_000_000n).toString().padStart(9, '0')}`;
}
