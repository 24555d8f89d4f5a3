import type { Attributes, SpanSpec } from '../../../conformance/support/otlp.ts';

/** What has to become of a span. */
export type Fate =
  | {
      readonly kind: 'stored';
      /** Its evidence record, as text. */
      readonly record?: string;
      /** It reports a model call. */
      readonly report: boolean;
      /** Its record is of a tool call. */
      readonly toolCall: boolean;
    }
  /** `mark`: what its row in the quarantine is known by. */
  | { readonly kind: 'quarantined'; readonly reason: string; readonly mark: string };

/** One span as it is sent; sent again, it is the same to the last byte. */
export interface SpanFact {
  /** Trace and span id in hex, with a space between. */
  readonly id: string;
  /** The same id with other content is another fact, with another key. */
  readonly key: string;
  readonly spec: SpanSpec;
  readonly scope: string;
  readonly resource: Attributes;
  readonly fate: Fate;
}

/** A call to a model, reported by one span or by two; to be counted once. */
export interface ModelCall {
  readonly reports: readonly SpanFact[];
  /** In 10^-15 US dollars; undefined where it has no price, which is not zero. */
  readonly cost: bigint | undefined;
}

/** Who sends: the key that may speak for every workflow, or the one that may not. */
export type Sender = 'any' | 'bound';

/** The spans of one trace. */
export interface Story {
  readonly trace: string;
  readonly sender: Sender;
  readonly spans: readonly SpanFact[];
  readonly calls: readonly ModelCall[];
}

/** Content that every span has, and nobody else's: its row of the content table is known by it. */
export const MARK = 'work.item';
