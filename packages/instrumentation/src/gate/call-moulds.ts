import { GEN_AI } from '@tollgate/contract';
import type { CallMould } from '../evidence/call-mould.ts';
import type { RunEvidence } from '../evidence/run-evidence.ts';
import { calledEntry, hasReads, type Ruling } from './entries.ts';
import type { Call } from './prepare.ts';

interface Known {
  readonly ruling: Ruling;
  readonly mould: CallMould;
}

/** The moulds of a run's tools, for calls that succeed within their turn: one a tool, as long as policy says the same of it. */
export class CallMoulds {
  private readonly evidence: RunEvidence;
  private readonly byTool = new Map<string, Known>();

  constructor(evidence: RunEvidence) {
    this.evidence = evidence;
  }

  /** Undefined where a record of this call holds more than others of its tool: a note of its own, what its code reads. */
  of(call: Call, ruling: Ruling): CallMould | undefined {
    if (call.rollbackNote !== undefined || hasReads(call)) return undefined;
    const known = this.byTool.get(call.tool.name);
    if (known !== undefined && saysTheSame(known.ruling, ruling)) return known.mould;
    const mould = this.make(call, ruling);
    this.byTool.set(call.tool.name, { ruling, mould });
    return mould;
  }

  private make(call: Call, ruling: Ruling): CallMould {
    const entry = calledEntry(call, ruling, { outcome: 'succeeded', startNs: 0n, endNs: 0n });
    const { call_id: _, ...fields } = entry.fields ?? {};
    const { [GEN_AI.toolCallId]: __, ...attributes } = entry.attributes ?? {};
    return this.evidence.mould({ ...entry, fields, attributes });
  }
}

/** Everything of a ruling, and it is all that a mould is made of besides the tool's name. */
function saysTheSame(one: Ruling, other: Ruling): boolean {
  return (
    one.reason === other.reason &&
    one.verdict === other.verdict &&
    one.action === other.action &&
    one.actionClass === other.actionClass &&
    one.approvalId === other.approvalId
  );
}
