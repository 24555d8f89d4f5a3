import type { ChainedRecord } from '@tollgate/contract';
import type { StoreRow } from '../state/change.ts';
import { storeTime } from './store-time.ts';

/** A record of the service as a row of `service_records`, which has the columns of `evidence_records`. */
export function serviceRecordRow({ record, text, hash }: ChainedRecord): StoreRow {
  const { run_id, writer, seq, prev, kind, time, workflow, policy_version, owner, team } = record;
  return {
    ...{
      run_id,
      writer,
      seq,
      prev,
      hash,
      kind,
      time: storeTime(time),
      workflow,
      policy_version,
      owner,
      team,
    },
    actor: record.actor ?? '',
    action: record.action ?? '',
    action_class: record.action_class ?? 0,
    tool: record.tool ?? '',
    call_id: record.call_id ?? '',
    verdict: record.verdict ?? '',
    reason: record.reason ?? '',
    enforcement: record.enforcement ?? '',
    outcome: record.outcome ?? '',
    approval_id: record.approval_id ?? '',
    rollback_note: record.rollback_note ?? '',
    final_status: record.final_status ?? '',
    record: text,
  };
}
