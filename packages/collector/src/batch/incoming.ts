import type { Packing } from '../log/entry.ts';
import type { Principal } from '../principal.ts';
import type { Rejections } from '../rows/rejections.ts';

/** A body that a request brought. */
export interface Incoming {
  readonly principal: Principal;
  readonly encoding: 'protobuf' | 'json';
  readonly packing: Packing;
  /** As sent: what the log keeps. Not copied, so it must stay as it is. */
  readonly sent: Buffer;
  readonly unpacked: Buffer;
  /** SHA-256 of sender and body. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly receivedMs: number;
}

/** What the sender of a body is told about spans that are quarantined. */
export const rejectionText = (rejections: Rejections, spans: number): string =>
  rejections.total > 0 ? rejections.message(spans) : '';
