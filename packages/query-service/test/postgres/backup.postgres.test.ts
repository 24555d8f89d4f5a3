import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { duringBackup } from '../../src/index.ts';
import { approvalFlow } from '../support/approval-flow.ts';
import { placeOf, startService, type TestService } from '../support/service.ts';

type Store = Awaited<ReturnType<typeof startTestClickHouse>>;
let clickhouse: Store;
let one: TestService;
let other: TestService;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service } = clickhouse.clients;
  const options = { store: { reader, service }, background: [] };
  one = await startService(options);
  other = await startService(options, one.directory);
  one.service.start();
  other.service.start();
});
afterAll(async () => {
  await other?.close({ keep: true });
  await one?.close();
  await clickhouse?.close();
});

const counted = z.array(z.object({ rows: z.coerce.number() })).length(1);
async function stored(): Promise<number> {
  const query = 'SELECT count() AS rows FROM service_records';
  const answer = await clickhouse.clients.reader.query({ query, format: 'JSONEachRow' });
  return counted.parse(await answer.json())[0]?.rows ?? 0;
}

test('while both stores are copied nothing goes from one to the other, and everything else goes on', async () => {
  const { database_url = '' } = await placeOf(one.directory);
  const flow = await approvalFlow(one);
  await flow.run();
  expect(await one.service.flush()).toBe(true);
  const before = await stored();
  await duringBackup(database_url, async () => {
    await expect(duringBackup(database_url, async () => undefined)).rejects.toThrow('Another backup');
    await flow.run();
    await flow.run();
    const waiting = await one.service.control.db.selectFrom('evidence_outbox').select('batch_id').execute();
    expect(waiting.length).toBeGreaterThan(1);
    expect(waiting.filter(({ batch_id }) => batch_id !== null)).toEqual([]);
    expect(await stored()).toBe(before);
  });
  expect(await one.service.flush()).toBe(true);
  expect(await stored()).toBeGreaterThan(before);
});
