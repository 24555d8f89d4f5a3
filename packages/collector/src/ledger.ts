/** Spans by the reason for which they are quarantined. */
export type Rejected = readonly (readonly [reason: string, count: number])[];

/** Where the spans stand that were acknowledged. `accepted` is counted by itself and not worked out from the others. */
export interface Balance {
  readonly accepted: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: ReadonlyMap<string, number>;
  readonly inLog: number;
  /** Of the accepted: those that the log held when this process began. */
  readonly recovered: number;
}

/** Counts spans. Every change is one step, so whenever it is read: accepted = stored + duplicate + quarantined + in log. */
export class Ledger {
  #accepted = 0;
  #stored = 0;
  #duplicate = 0;
  #inLog = 0;
  #recovered = 0;
  readonly #quarantined = new Map<string, number>();

  /** A log that was left behind holds these. */
  recovered(spans: number): void {
    this.#recovered += spans;
    this.logged(spans);
  }

  /** Acknowledged, and durable in the log. */
  logged(spans: number): void {
    this.#accepted += spans;
    this.#inLog += spans;
  }

  /** What the log held is in the tables. */
  stored(spans: number, rejected: Rejected): void {
    this.#inLog -= spans;
    this.#settle(spans, rejected);
  }

  /** Acknowledged when it was in the tables, without a log. */
  storedAtOnce(spans: number, rejected: Rejected): void {
    this.#accepted += spans;
    this.#settle(spans, rejected);
  }

  /** Acknowledged again, and not kept again. */
  repeated(spans: number): void {
    this.#accepted += spans;
    this.#duplicate += spans;
  }

  get inLog(): number {
    return this.#inLog;
  }

  balance(): Balance {
    return {
      accepted: this.#accepted,
      stored: this.#stored,
      duplicate: this.#duplicate,
      quarantined: new Map(this.#quarantined),
      inLog: this.#inLog,
      recovered: this.#recovered,
    };
  }

  #settle(spans: number, rejected: Rejected): void {
    let bad = 0;
    for (const [reason, count] of rejected) {
      bad += count;
      this.#quarantined.set(reason, (this.#quarantined.get(reason) ?? 0) + count);
    }
    this.#stored += spans - bad;
  }
}
