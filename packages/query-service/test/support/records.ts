import { type EvidenceRecord, parseRecord } from '@tollgate/contract';
import { z } from 'zod';
import type { ControlState } from '../../src/index.ts';

const row = z.object({ record: z.string() });

/** Every record that the service has written and not shipped, in order, as it stands in its chain. */
export async function recordTexts({ db }: Pick<ControlState, 'db'>): Promise<string[]> {
  const rows = await db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'service_records')
    .orderBy('position')
    .execute();
  return rows.map((one) => row.parse(JSON.parse(one.row)).record);
}

/** The same, read. */
export async function serviceRecords(control: Pick<ControlState, 'db'>): Promise<EvidenceRecord[]> {
  return (await recordTexts(control)).map((text) => {
    const parsed = parseRecord(text);
    if (typeof parsed === 'string') throw new Error(parsed);
    return parsed;
  });
}
