import { type EvidenceRecord, sha256Hex } from '@tollgate/contract';
import type { ApprovalFacts } from '../lane/control-facts.ts';
import type { ArrivedRecord } from '../lane/evidence-sink.ts';
import type { TrialFacts } from '../lane/trial-facts.ts';
import type { Effect } from '../programs/messages.ts';

export interface ApprovalEntry extends ApprovalFacts {
  readonly digest: string;
  readonly effects: readonly Effect[];
}

/** A trial's facts, as checks want to look them up. */
export class Ledger {
  /** Each record once, however often it was delivered. */
  readonly records: readonly ArrivedRecord[];
  readonly approvals: readonly ApprovalEntry[];
  readonly sends: readonly Effect[];
  readonly updates: readonly Effect[];

  constructor({ arrived, control, effects }: TrialFacts) {
    this.records = [...new Map(arrived.map((one) => [one.text, one])).values()];
    this.updates = effects.filter(({ tool }) => tool === 'set_status');
    this.sends = effects.filter(({ tool }) => tool !== 'set_status');
    this.approvals = control.approvals.map((approval) => ({
      ...approval,
      digest: sha256Hex(approval.arguments),
      effects: this.sends.filter(
        ({ run, call, digest }) =>
          run === approval.run_id && call === approval.call_id && digest === sha256Hex(approval.arguments),
      ),
    }));
  }

  /** Records about one call, of one process where one is named. */
  about(run: string, call: string, life?: string): readonly EvidenceRecord[] {
    return this.records
      .filter(({ record }) => record.run_id === run && record.call_id === call)
      .filter((one) => life === undefined || one.life === life)
      .map(({ record }) => record);
  }

  /** The permits that an effect's own process put on record for it. */
  intentsOf({ run, call, life }: Effect): readonly EvidenceRecord[] {
    return this.about(run, call, life).filter(({ enforcement }) => enforcement === 'executed');
  }

  endsOf(run: string, call: string): readonly ArrivedRecord[] {
    return this.records.filter(
      ({ record }) => record.kind === 'tool_finished' && record.run_id === run && record.call_id === call,
    );
  }
}
