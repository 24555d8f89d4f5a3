/** Of one quantity measured several times. */
export interface Figures {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
}

export function figures(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), count: values.length };
}

export function shown({ median, p99, count }: Figures, unit: string): string {
  return `median ${rounded(median)} ${unit}, p99 ${rounded(p99)} ${unit} (${count} measurements)`;
}

export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Microseconds that `work` takes. */
export async function microseconds(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1000;
}
