import type { Incoming } from '../batch/incoming.ts';
import type { Refusal } from '../http/refusals.ts';

/** A body is kept for good, or refused and not kept at all. */
export type Kept =
  | {
      readonly kind: 'kept';
      readonly spans: number;
      /** How many of them are quarantined, and in words why. */
      readonly rejected: number;
      readonly message: string;
    }
  | Refusal;

/** `waiting`: so many spans are durable in the log and not in the tables yet. */
export type Flushed = { readonly kind: 'stored' } | { readonly kind: 'waiting'; readonly spans: number };

/** How things stand, for `/readyz`. */
export interface Readiness {
  readonly accepts: boolean;
  /** For people: what is wrong, or how much waits. Empty where there is nothing to say. */
  readonly detail: string;
}

/** Where bodies are kept before the tables have them: in a log, or, without one, with the sender. */
export interface Keeper {
  /** Ends when it can keep bodies; rejects where it never will. */
  readonly opened: Promise<void>;
  keep(body: Incoming): Promise<Kept>;
  /** False while senders should be held back: the rows of those before them wait for an insert. */
  readonly hasRoom: boolean;
  /** Waits until everything that was kept so far is in the tables. */
  flush(timeoutMs: number): Promise<Flushed>;
  /** Removes bodies that are stored, whoever's they are; how many bytes it could not remove yet. */
  forgetStored(timeoutMs: number): Promise<number>;
  readiness(): Readiness;
  close(timeoutMs: number): Promise<void>;
}
