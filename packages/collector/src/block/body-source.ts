import type { Principal } from '../principal.ts';
import type { QuarantineRow } from '../rows/quarantine-row.ts';
import type { Rejections } from '../rows/rejections.ts';

/** Where a body comes from, and its bounds. */
export interface BodySource {
  readonly encoding: 'protobuf' | 'json';
  readonly principal: Principal;
  /** Messages in one body, in JSON objects and arrays; beyond, it is too large. */
  readonly maxMessages: number;
  /** Bound of a quarantined span's raw JSON, in bytes. */
  readonly maxRawBytes: number;
  /** Time of receipt, in nanoseconds since 1970, by which times in the future are told. */
  readonly nowNs: bigint;
}

/** What became of a body. Only one that was appended has left anything in the block. */
export type Appended =
  | {
      readonly kind: 'appended';
      /** `rows` and quarantined spans together. */
      readonly spans: number;
      readonly rows: number;
      readonly quarantine: readonly QuarantineRow[];
      /** Rows that the landing views will quarantine, and everything in `quarantine`. */
      readonly rejections: Rejections;
    }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'too_large'; readonly message: string };
