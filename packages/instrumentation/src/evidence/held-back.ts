import type { Entry } from './entry.ts';

/** A fact that waits for what follows from it. */
export class HeldFact {
  readonly entry: () => Entry;
  private readonly among: Set<HeldFact>;

  constructor(entry: () => Entry, among: Set<HeldFact>) {
    this.entry = entry;
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
  private readonly record: (entry: Entry) => void;
  private scheduled = false;

  constructor(record: (entry: Entry) => void) {
    this.record = record;
  }

  hold(entry: () => Entry): HeldFact {
    const fact = new HeldFact(entry, this.held);
    this.held.add(fact);
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.release();
      });
    }
    return fact;
  }

  /** Puts on record what is still held, in the order in which it happened. */
  release(): void {
    for (const fact of this.held) if (fact.take()) this.record(fact.entry());
  }
}
