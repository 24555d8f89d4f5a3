import { type EvidenceRecord, parseRecord } from '@tollgate/contract';
import { z } from 'zod';
import type { ControlState } from '../../src/index.ts';

const row = z.object({ record: z.string() });

/** Every record that the service has written and not shipped, in order. */
export async function serviceRecords({ db }: Pick<ControlState, 'db'>): Promise<EvidenceRecord[]> {
  const rows = await db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  return rows.map((one) => {
    const parsed = parseRecord(row.parse(JSON.parse(one.row)).record);
    if (typeof parsed === 'string') throw new Error(parsed);
    return parsed;
  });
}
