import type { ActionClass, RecordMould } from '@tollgate/contract';
import type { Content } from './content.ts';
import type { Moment } from './entry.ts';

/** What the `tool_called` records and spans of one tool have in common within a run, written once. */
export interface CallMould {
  readonly spanName: string;
  readonly actionClass: ActionClass | undefined;
  readonly record: RecordMould;
  /** Attributes of the span as OTLP has them. */
  readonly attributes: Buffer;
}

/** What one of these calls is beyond that. */
export interface MouldedCall {
  readonly callId: string;
  readonly content: Required<Pick<Content, 'arguments' | 'result'>>;
  readonly startNs: bigint;
  /** Its end. */
  readonly moment: Moment;
}
