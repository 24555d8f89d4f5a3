import type { Attributes } from '@opentelemetry/api';
import {
  type ActionClass,
  type Decision,
  type Enforcement,
  GEN_AI,
  type Outcome,
  type Reason,
  type RecordFields,
  spanName,
  TOLLGATE,
  type Verdict,
} from '@tollgate/contract';
import { CanonicalText, type Content } from '../evidence/content.ts';
import type { Entry, Moment } from '../evidence/entry.ts';
import type { Call } from './prepare.ts';

/** Small facts of a record; never content. */
export type Detail = NonNullable<RecordFields['detail']>;

/** What the gate knows of a call besides the call itself. */
export interface Ruling {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly action: string | null;
  readonly actionClass: ActionClass | null;
  readonly approvalId?: string | undefined;
}

export function rulingOf({ verdict, reason, action, action_class }: Decision): Ruling {
  return { verdict, reason, action, actionClass: action_class };
}

/** `gate {tool}`: what policy said, and what the gate does about it. Holds the arguments, so that a refusal shows what was wanted. */
export function gateEntry(
  call: Call,
  ruling: Ruling,
  enforcement: Enforcement,
  { detail = {}, moment }: { readonly detail?: Detail; readonly moment?: Moment } = {},
): Entry {
  const { verdict, reason } = ruling;
  return {
    kind: 'gate_decided',
    spanName:
      enforcement === 'waiting' ? spanName.requestApproval(call.tool.name) : spanName.gate(call.tool.name),
    fields: {
      ...common(call, ruling),
      verdict,
      reason,
      enforcement,
      ...detailOf({ ...reads(call), ...detail }),
    },
    attributes: {
      ...attributes(call, ruling),
      [TOLLGATE.verdict]: verdict,
      [TOLLGATE.reason]: reason,
      [TOLLGATE.enforcement]: enforcement,
    },
    content: { arguments: argumentsOf(call) },
    actionClass: ruling.actionClass ?? undefined,
    moment,
  };
}

export interface Finish {
  readonly outcome: Outcome;
  readonly result?: unknown;
  readonly errorType?: string | undefined;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly moment?: Moment | undefined;
}

/** `execute_tool {tool}`: how it ended. */
export function finishEntry(call: Call, ruling: Ruling, finish: Finish): Entry {
  const { outcome, errorType, startNs, endNs, moment } = finish;
  return {
    kind: 'tool_finished',
    spanName: spanName.tool(call.tool.name),
    fields: { ...common(call, ruling), outcome, ...detailOf(reads(call)) },
    attributes: {
      ...attributes(call, ruling),
      [GEN_AI.operation]: 'execute_tool',
      [TOLLGATE.outcome]: outcome,
    },
    content: resultOf(finish),
    actionClass: ruling.actionClass ?? undefined,
    startNs,
    endNs,
    errorType,
    moment,
  };
}

/** `execute_tool {tool}`: what policy said, that it was executed, and how it ended, where all that was within one turn. */
export function calledEntry(call: Call, ruling: Ruling, finish: Finish): Entry {
  const { verdict, reason } = ruling;
  const entry = finishEntry(call, ruling, finish);
  return {
    ...entry,
    kind: 'tool_called',
    fields: { ...entry.fields, verdict, reason, enforcement: 'executed' },
    attributes: {
      ...entry.attributes,
      [TOLLGATE.verdict]: verdict,
      [TOLLGATE.reason]: reason,
      [TOLLGATE.enforcement]: 'executed',
    },
    content: { arguments: argumentsOf(call), ...entry.content },
  };
}

export function argumentsOf({ text }: Call): CanonicalText | undefined {
  return text === undefined ? undefined : new CanonicalText(text);
}

/** A tool without a result succeeded with null; of one whose end nobody saw there is none. */
function resultOf({ outcome, result }: Finish): Content {
  return outcome === 'unknown' ? {} : { result: result ?? null };
}

export function hasReads({ tool }: Pick<Call, 'tool'>): boolean {
  return tool.reads !== undefined && tool.reads.length > 0;
}

/** The data sources that the tool's own code names; those of the workflow file are known from the file. */
function reads(call: Call): Detail {
  return hasReads(call) ? { reads: [...(call.tool.reads ?? [])] } : {};
}

function detailOf(detail: Detail): { readonly detail?: Detail } {
  return Object.keys(detail).length === 0 ? {} : { detail };
}

function common(call: Call, { action, actionClass, approvalId }: Ruling) {
  return {
    tool: call.tool.name,
    call_id: call.id,
    action: action ?? undefined,
    action_class: actionClass ?? undefined,
    approval_id: approvalId,
    rollback_note: call.recordedNote(actionClass),
  };
}

function attributes(call: Call, { action, actionClass, approvalId }: Ruling): Attributes {
  return {
    [GEN_AI.toolName]: call.tool.name,
    [GEN_AI.toolCallId]: call.id,
    [TOLLGATE.action]: action ?? undefined,
    [TOLLGATE.actionClass]: actionClass ?? undefined,
    [TOLLGATE.approvalId]: approvalId,
    [TOLLGATE.rollbackNote]: call.recordedNote(actionClass),
  };
}
