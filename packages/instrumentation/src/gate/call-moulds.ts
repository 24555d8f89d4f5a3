import { GEN_AI, TOLLGATE } from '@tollgate/contract';
import type { CallMould } from '../evidence/call-mould.ts';
import type { Entry } from '../evidence/entry.ts';
import type { RunEvidence } from '../evidence/run-evidence.ts';
import type { Ruling } from './entries.ts';
import type { Call } from './prepare.ts';

interface Known {
  readonly ruling: Ruling;
  readonly hasNote: boolean;
  readonly mould: CallMould;
}

/** The moulds of a run's tools: one for each kind of record that a call leaves, as long as policy says the same of the tool. */
export class CallMoulds {
  private readonly evidence: RunEvidence;
  private readonly known: Readonly<Record<MouldedKind, Map<string, Known>>> = {
    gate_decided: new Map(),
    tool_finished: new Map(),
    tool_called: new Map(),
  };

  constructor(evidence: RunEvidence) {
    this.evidence = evidence;
  }

  /** @param example the entry of this call: it differs from the next one's in nothing but what `MouldedCall` holds */
  of(kind: MouldedKind, call: Call, ruling: Ruling, example: () => Entry): CallMould | undefined {
    const hasNote = call.recordedNote(ruling.actionClass) !== undefined;
    const name = call.tool.name;
    const known = this.known[kind].get(name);
    if (known !== undefined && known.hasNote === hasNote && saysTheSame(known.ruling, ruling))
      return known.mould;
    const mould = this.make(example(), hasNote);
    if (mould !== undefined) this.known[kind].set(name, { ruling, hasNote, mould });
    return mould;
  }

  /** What is no record has no mould either: writing it says so, as with any other fact. */
  private make(example: Entry, hasNote: boolean): CallMould | undefined {
    const { call_id: _, rollback_note: __, ...fields } = example.fields ?? {};
    const {
      [GEN_AI.toolCallId]: ___,
      [TOLLGATE.rollbackNote]: ____,
      ...attributes
    } = example.attributes ?? {};
    try {
      return this.evidence.mould({ ...example, attributes, fields }, hasNote);
    } catch {
      return undefined;
    }
  }
}

export type MouldedKind = 'gate_decided' | 'tool_finished' | 'tool_called';

/** Everything of a ruling, and it is all that a mould is made of besides its kind and the tool's name. */
function saysTheSame(one: Ruling, other: Ruling): boolean {
  return (
    one.reason === other.reason &&
    one.verdict === other.verdict &&
    one.action === other.action &&
    one.actionClass === other.actionClass &&
    one.approvalId === other.approvalId
  );
}
