import { type ClickHouse, DEFAULT_RETENTION } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropReleased } from '../../src/holds/drop-released.ts';
import { collect, span } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
beforeAll(async () => {
  clickhouse = await startTestClickHouse({ retention: DEFAULT_RETENTION });
  const { reader, service: writer } = clickhouse.clients;
  const store = { reader, service: writer, disposal: clickhouse.disposal };
  service = await startService({ store, background: [] });
  service.service.start();
  flow = await approvalFlow(service);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const insert = (table: string, values: object) =>
  clickhouse.clients.service.insert({ table, values: [values], format: 'JSONEachRow' });
const left = async (run_id: string) => {
  const query = 'SELECT 1 FROM approvals WHERE run_id = {run_id:UUID}';
  const answer = await clickhouse.clients.reader.query({ query, query_params: { run_id } });
  return (await answer.json()).rows;
};

/** A run whose hold was lifted, with one row that has expired since. */
async function released(): Promise<string> {
  const [run_id, hold_id] = [crypto.randomUUID(), crypto.randomUUID()];
  const at = '2017-01-01 00:00:00';
  await insert('held_runs', { run_id, hold_id });
  await insert('legal_holds', { hold_id, run_id, event: 'lifted', at });
  await insert('approvals', { run_id, approval_id: 'a', at, received_at: at });
  return run_id;
}

test('what a lifted hold leaves behind goes, unless another one is about its run by now', async () => {
  // A merge would drop what has expired of either, as long as no hold is known.
  await clickhouse.clients.owner.command({ query: 'SYSTEM STOP TTL MERGES approvals' });
  const [over, again] = [await released(), await released()];
  const from = new Date(Date.now() - 86_400_000).toISOString();
  await service.call(flow.owner, 'POST', '/v1/holds', { workflow: 'ops-deploy', from, reason: 'audit' });
  await service.service.flush();
  const attributes = { [TOLLGATE.runId]: again, [TOLLGATE.workflow]: 'ops-deploy' };
  await collect(clickhouse, [span({ attributes })]);
  await dropReleased(service.service.deps);
  expect([await left(over), await left(again)]).toEqual([0, 1]);
});
