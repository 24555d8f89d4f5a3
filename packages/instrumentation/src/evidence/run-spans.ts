import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { GEN_AI, TOLLGATE } from '@tollgate/contract';
import type { CallMould, MouldedCall } from './call-mould.ts';
import type { Entry } from './entry.ts';
import { activeSpanContext, newSpanContext, SpanWriter } from './span.ts';

/** Who writes, and for which run: on every record and span. */
export interface RunIdentity {
  readonly runId: string;
  readonly writer: string;
  readonly workflow: string;
  readonly policyVersion: string;
  readonly owner: string;
  readonly team: string;
}

/** A run's spans: its first is their root, unless the application's own trace has a span for them. */
export class RunSpans {
  private readonly writer: SpanWriter;
  private readonly root: SpanContext;
  private readonly rootParent: SpanContext | undefined;

  constructor(identity: RunIdentity, resource: Resource) {
    this.writer = new SpanWriter(resource, identityAttributes(identity));
    this.rootParent = activeSpanContext();
    this.root = newSpanContext(this.rootParent);
  }

  /** @param at when the fact was, in nanoseconds. The bytes are the caller's until the next span. */
  ofEntry(entry: Entry, at: bigint, isFirst: boolean, own: readonly Attributes[]): Uint8Array {
    const { spanName, attributes, startNs, endNs = at, moment, client = false, errorType } = entry;
    const active = moment === undefined ? activeSpanContext() : moment.parent;
    return this.writer.write({
      ...this.placed(active, isFirst),
      name: spanName,
      startNs: startNs ?? endNs,
      endNs,
      client,
      errorType,
      attributes: attributes === undefined ? own : [attributes, ...own],
    });
  }

  /** The same for a call that has a mould. */
  ofCall(mould: CallMould, call: MouldedCall, isFirst: boolean, own: readonly Attributes[]): Uint8Array {
    const { spanContext, parent } = this.placed(call.moment.parent, isFirst);
    return this.writer.write({
      name: mould.spanName,
      startNs: call.startNs,
      endNs: call.moment.ns,
      spanContext,
      parent,
      client: false,
      written: mould.attributes,
      attributes: [attributesOfCall(call), ...own],
    });
  }

  /** For a mould. */
  attributesOf(attributes: Attributes): Buffer {
    return this.writer.attributesOf(attributes);
  }

  private placed(active: SpanContext | undefined, isFirst: boolean) {
    if (isFirst) return { spanContext: this.root, parent: this.rootParent };
    const parent = active ?? this.root;
    return { spanContext: newSpanContext(parent), parent };
  }
}

function attributesOfCall({ callId, rollbackNote }: MouldedCall): Attributes {
  return rollbackNote === undefined
    ? { [GEN_AI.toolCallId]: callId }
    : { [GEN_AI.toolCallId]: callId, [TOLLGATE.rollbackNote]: rollbackNote };
}

function identityAttributes(identity: RunIdentity): Attributes {
  return {
    [TOLLGATE.runId]: identity.runId,
    [TOLLGATE.writer]: identity.writer,
    [TOLLGATE.workflow]: identity.workflow,
    [TOLLGATE.policyVersion]: identity.policyVersion,
    [TOLLGATE.owner]: identity.owner,
    [TOLLGATE.team]: identity.team,
  };
}
