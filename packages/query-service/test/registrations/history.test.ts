import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startService, type TestService } from '../support/service.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

let clickhouse: ClickHouse;
let service: TestService;
let owner: string;
let stranger: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  service.service.start();
  owner = await service.person('owner@example.com', ['owner']);
  stranger = await service.person('stranger@example.com', ['owner'], ['sales']);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

const strict = workflowYaml({ perRun: '1.00' });
const loose = workflowYaml({ perRun: '9.00' });
const history = z.object({
  items: z.array(
    z.looseObject({
      policy_version: z.string(),
      loosens: z.boolean(),
      changes: z.array(z.looseObject({ path: z.string(), effect: z.string() })),
    }),
  ),
  next_cursor: z.string().nullable(),
});

test('the history of a workflow says who registered what, also again, and what it loosened', async () => {
  for (const yaml of [strict, loose, strict]) await service.call(owner, 'POST', '/v1/workflows', { yaml });
  await service.service.flush();
  const path = '/v1/workflows/ops-deploy/history';
  const { body } = await service.call(owner, 'GET', path);
  const { items } = history.parse(body);
  const [tight, wide] = [versionOf(strict), versionOf(loose)];
  expect(items).toMatchObject([
    { policy_version: tight, replaces: wide, registered_by: 'owner@example.com', loosens: false },
    { policy_version: wide, replaces: tight, loosens: true },
    { policy_version: tight, replaces: null, loosens: false, changes: [] },
  ]);
  expect(items[1]?.changes).toMatchObject([{ path: 'budget.per_run', before: '1.00', after: '9.00' }]);

  const paged: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = history.parse((await service.call(owner, 'GET', `${path}?limit=1${next}`)).body);
    paged.push(...page.items);
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(items);
  expect((await service.call(stranger, 'GET', path)).status).toBe(404);
  expect((await service.call(owner, 'GET', '/v1/workflows/none/history')).status).toBe(404);
});

test('suspensions stay in the list when they are over, and other teams’ are not in it', async () => {
  await service.call(owner, 'POST', '/v1/workflows', { yaml: strict });
  for (const reason of ['first', 'second']) {
    await service.call(owner, 'POST', '/v1/workflows/ops-deploy/suspend', { reason });
    if (reason === 'first')
      await service.call(owner, 'POST', '/v1/workflows/ops-deploy/resume', { reason: 'fine' });
  }
  const read = async (token: string, query = '') =>
    z
      .object({ items: z.array(z.looseObject({ reason: z.string() })), next_cursor: z.string().nullable() })
      .parse((await service.call(token, 'GET', `/v1/suspensions?${query}`)).body);
  const { items } = await read(owner);
  expect(items).toMatchObject([
    { workflow: 'ops-deploy', reason: 'second', resumed_at: null },
    { reason: 'first', resume_reason: 'fine', resumed_by: 'owner@example.com' },
  ]);
  expect((await read(owner, 'state=live')).items).toHaveLength(1);
  expect((await read(owner, 'state=over&workflow=ops-deploy')).items).toHaveLength(1);
  const { next_cursor } = await read(owner, 'limit=1');
  expect((await read(owner, `limit=1&cursor=${next_cursor}`)).items).toMatchObject([{ reason: 'first' }]);
  expect((await read(stranger)).items).toEqual([]);
});
