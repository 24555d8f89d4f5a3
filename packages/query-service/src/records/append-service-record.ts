import { appendRecord, type ChainedRecord, startChain } from '@tollgate/contract';
import type { Change, RecordScope, ServiceFact } from '../state/change.ts';
import { serviceRecordRow } from './service-record-row.ts';

/** Appends a fact to the service's own chain of a run, inside the transaction that makes it true. */
export async function appendServiceRecord(
  { db, now, row }: Pick<Change, 'db' | 'now' | 'row'>,
  writer: string,
  scope: RecordScope,
  fact: ServiceFact,
): Promise<ChainedRecord> {
  const { run_id, workflow, policy_version, owner, team } = scope;
  const chain = await db
    .selectFrom('service_chains')
    .select(['seq', 'head'])
    .where('run_id', '=', run_id)
    .executeTakeFirst();
  const state =
    chain === undefined ? startChain(run_id, writer, policy_version) : { run_id, writer, ...chain };
  const chained = appendRecord(state, {
    workflow,
    policy_version,
    owner,
    team,
    ...fact,
    time: now.toString(),
  });
  const { seq, head } = chained.next;
  await db
    .insertInto('service_chains')
    .values({ run_id, seq, head })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ seq, head }))
    .execute();
  await row('service_records', serviceRecordRow(chained));
  return chained;
}
