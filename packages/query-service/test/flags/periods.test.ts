import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEvaluator } from '../../src/flags/evaluator.ts';
import { evaluationTables } from '../../src/flags/tables.ts';
import { unjudgedSubjects } from '../../src/flags/unjudged.ts';
import { systemClock } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { Agent, collect } from './agent.ts';
import { refuseRows } from './broken-table.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({
    store: { reader, service: writer },
    clock: systemClock(),
    background: [(deps) => startEvaluator(deps, { intervalMs: 20 })],
  });
  service.service.start();
  flow = await approvalFlow(service, { budget: '{ per_run: "5.00", per_day: "1.00", per_month: "1.50" }' });
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

async function spend(usd: string): Promise<void> {
  const { policy_version } = flow;
  const about = { workflow: 'ops-deploy', policy_version, owner: 'owner@example.com', team: 'ops' };
  const agent = new Agent({ run_id: await flow.run(), ...about });
  agent.start();
  agent.call(usd);
  agent.seal();
  await collect(clickhouse, agent.rows);
}

/** Flags of days and months, once there are so many; that there never are, ends the test by its time. */
async function flagged(count: number): Promise<readonly string[]> {
  for (;;) {
    const rows = await evaluationTables(service.service.control.db)
      .selectFrom('flags')
      .select('scope')
      .where('control', '=', 'budget_breach')
      .where('run_id', 'is', null)
      .where('state', '=', 'open')
      .orderBy('scope')
      .execute();
    if (rows.length >= count) return rows.map(({ scope }) => scope);
    await pause(20);
  }
}

test('by itself, and of no run alone, a day that is over its limit is flagged, and then the month', async () => {
  const today = new Date().toISOString();
  const [day, month] = [`ops-deploy/day/${today.slice(0, 10)}`, `ops-deploy/month/${today.slice(0, 7)}`];
  await spend('0.60');
  await spend('0.60');
  expect(await flagged(1)).toEqual([day]);
  await spend('0.60');
  expect(await flagged(2)).toEqual([day, month]);
}, 120_000);

test('what could not be judged is tried again, although nothing arrives', async () => {
  const { control } = service.service;
  await control.change(({ db }) => db.deleteFrom('flags').execute());
  const mend = await refuseRows(
    control,
    'flags',
    `new.control = 'budget_breach' and new.scope like '%/day/%'`,
  );
  await spend('0.01');
  while ((await unjudgedSubjects(control, 'budget_breach')).length === 0) await pause(20);
  await mend();
  expect(await flagged(2)).toHaveLength(2);
  while ((await unjudgedSubjects(control, 'budget_breach')).length > 0) await pause(20);
}, 120_000);
