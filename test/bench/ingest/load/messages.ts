/** One line of the load generator's standard input each. */
export type LoadJob =
  | {
      readonly kind: 'prepare';
      readonly seed: number;
      /** Nanoseconds, as a decimal. */
      readonly start: string;
      readonly bodies: number;
      readonly spansPerBody: number;
      /** Of gzip. SDKs take 6. */
      readonly level: number;
    }
  | { readonly kind: 'send'; readonly url: string; readonly key: string; readonly pace: Pace }
  /** Files, each one Native block, two at a time. @param url of the insert, with a query string that more can be added to */
  | { readonly kind: 'blocks'; readonly url: string; readonly files: readonly string[] };

/**
 * `full`: each connection sends a body after the other until all are acknowledged. `paced`: bodies leave on a schedule,
 * whatever became of those before. `overload`: the same, a refused body leaves again with a later turn, for so many seconds.
 */
export type Pace =
  | { readonly kind: 'full'; readonly connections: number }
  | { readonly kind: 'paced'; readonly bodiesPerSecond: number; readonly bodies: number }
  | {
      readonly kind: 'overload';
      readonly bodiesPerSecond: number;
      readonly seconds: number;
      readonly connections: number;
    };

/** One line of its standard output each. */
export type LoadSaid =
  | { readonly kind: 'prepared'; readonly spans: number; readonly bytes: number; readonly sentBytes: number }
  | Sent;

export interface Sent {
  readonly kind: 'sent';
  /** Until the last answer. */
  readonly seconds: number;
  /** Bodies whose spans are to be found in the tables, and those spans: what was answered with 200, and what blocks were made of. */
  readonly bodies: number;
  readonly spans: number;
  /** Attempts by HTTP status; `none` where the connection ended without an answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of acknowledged bodies, in milliseconds, from when they were to leave (`paced`) or left, in order of acknowledgement. */
  readonly latencies: readonly number[];
}
