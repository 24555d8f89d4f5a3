/** A fact that waits for what follows from it. */
export class HeldFact {
  readonly record: () => void;
  private readonly among: Set<HeldFact>;

  constructor(record: () => void, among: Set<HeldFact>) {
    this.record = record;
    this.among = among;
  }

  /** True, once: it is not on record, and whoever takes it says it together with what followed. False: it is on record. */
  take(): boolean {
    return this.among.delete(this);
  }
}

/**
 * Facts that are held back until the end of this turn of the event loop at most. Nothing durable waits: frames of a turn are
 * written at its end in any case.
 */
export class HeldBack {
  private readonly held = new Set<HeldFact>();
  private isScheduled = false;
  private isReleasing = false;

  hold(record: () => void): HeldFact {
    const fact = new HeldFact(record, this.held);
    this.held.add(fact);
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.release();
      });
    }
    return fact;
  }

  /** Puts on record what is still held, in the order in which it happened. To record one of them releases no others before it. */
  release(): void {
    if (this.isReleasing) return;
    this.isReleasing = true;
    try {
      for (const fact of this.held) if (fact.take()) fact.record();
    } finally {
      this.isReleasing = false;
    }
  }
}
