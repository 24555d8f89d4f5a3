import type { ActionClass, AgentKind, RecordMould } from '@tollgate/contract';
import type { Content } from './content.ts';
import type { Moment } from './entry.ts';

/** What one kind of record, and its span, have in common for all calls of a tool within a run: written once. */
export interface CallMould {
  readonly kind: AgentKind;
  readonly spanName: string;
  readonly actionClass: ActionClass | undefined;
  readonly record: RecordMould;
  /** Attributes of the span as OTLP has them. */
  readonly attributes: Buffer;
}

/** What one of these calls is beyond that. */
export interface MouldedCall {
  readonly callId: string;
  readonly content: Pick<Content, 'arguments' | 'result'>;
  readonly rollbackNote: string | undefined;
  readonly startNs: bigint;
  /** Its end. */
  readonly moment: Moment;
}
