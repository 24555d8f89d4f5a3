import type { ChainedRecord } from '@tollgate/contract';
import type { StoreRow } from '../state/change.ts';
import { storeTime } from './store-time.ts';

/** A record of the service as a row of `service_records`; everything else of it is in `record`, verbatim. */
export function serviceRecordRow({ record, text, hash }: ChainedRecord): StoreRow {
  const { run_id, writer, seq, kind, time, workflow, policy_version, owner, team } = record;
  return {
    ...{ run_id, writer, seq, kind, time: storeTime(time), workflow, policy_version, owner, team },
    record: text,
    record_hash: hash,
  };
}
