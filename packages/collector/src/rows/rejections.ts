/** Spans of one request that were quarantined, by reason, and how the sender is told. */
export class Rejections {
  readonly #byReason = new Map<string, { count: number; example: string }>();

  /** @param message an example of what exactly was wrong; the first one of each reason is told */
  add(reason: string, message = ''): void {
    const entry = this.#byReason.get(reason);
    if (entry) entry.count++;
    else this.#byReason.set(reason, { count: 1, example: message.slice(0, 200).toWellFormed() });
  }

  get total(): number {
    return this.counts().reduce((sum, [, count]) => sum + count, 0);
  }

  counts(): (readonly [reason: string, count: number])[] {
    return [...this.#byReason].map(([reason, { count }]) => [reason, count]);
  }

  /** For a developer to read in the exporter's log. */
  message(spans: number): string {
    const reasons = [...this.#byReason].map(
      ([reason, { count, example }]) => `${reason} (${count}${example ? `: ${example}` : ''})`,
    );
    return `${this.total} of ${spans} spans were quarantined: ${reasons.join(', ')}`;
  }
}
