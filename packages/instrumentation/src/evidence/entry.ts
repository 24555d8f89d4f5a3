import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { ActionClass, AgentKind, RecordFields } from '@tollgate/contract';
import type { Content } from './content.ts';

/** One fact, and the span that carries it. */
export interface Entry {
  readonly kind: AgentKind;
  readonly spanName: string;
  readonly fields?: Partial<RecordFields>;
  readonly attributes?: Attributes;
  readonly content?: Content;
  /** What a tool call is of; it decides how much of its content leaves the process. */
  readonly actionClass?: ActionClass | undefined;
  /** Absent: a zero-length span, now. */
  readonly startNs?: bigint | undefined;
  readonly endNs?: bigint | undefined;
  readonly client?: boolean;
  readonly errorType?: string | undefined;
  /** When, and under which span of the application, the fact came to be; absent: here and now. */
  readonly moment?: Moment | undefined;
}

/** Where a fact belongs that is not put on record at once. */
export interface Moment {
  readonly ns: bigint;
  readonly parent: SpanContext | undefined;
}

/** How much a fact has to hold: `durable` is synced, `reserve` may use the outbox's last sixteenth. */
export interface Hold {
  readonly durable?: boolean;
  readonly reserve?: boolean;
}
