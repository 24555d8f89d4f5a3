import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateControls } from '../../src/flags/evaluate.ts';
import { OUTLIER_FACTOR, RUNS_BEHIND_AN_AVERAGE } from '../../src/samples/cost-outliers.ts';
import { FIRST_RUNS } from '../../src/samples/rule.ts';
import { systemClock } from '../../src/state/time.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';

let clickhouse: ClickHouse;
let service: TestService;
let flow: Flow;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  const store = { reader, service: writer };
  service = await startService({ store, clock: systemClock(), background: [] });
  service.service.start();
  // Nothing is drawn and nothing is due: whatever is sampled after the first runs has another reason.
  flow = await approvalFlow(service, { sampling: 'sample_rate: 0, minimum_per_week: 0' });
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

async function run(usd: string): Promise<string> {
  const run_id = await flow.run();
  const { policy_version } = flow;
  const about = { workflow: 'ops-deploy', policy_version, owner: 'owner@example.com', team: 'ops' };
  const agent = new Agent({ run_id, ...about });
  agent.start();
  // Two models and an unpriced call: the sum is over all that is known.
  agent.call(usd);
  agent.call(usd);
  agent.call(null);
  agent.tool('set_status', 'update_status', 2, { id: 'T-1', status: 'done' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  return run_id;
}

test('of a run that cost far more than is usual, class-2 actions are sampled, and of one at the bound they are not', async () => {
  const usual: string[] = [];
  for (let nth = 0; nth < RUNS_BEHIND_AN_AVERAGE + 1; nth++) usual.push(await run('0.10'));
  const dear = await run('3.00');
  const others = usual.length + 2;
  // The run itself is in the average: x = factor · (21 · 0.1 + 3 + x) / 23 has this solution.
  const bound = (OUTLIER_FACTOR * (0.1 * usual.length + 3)) / (others - OUTLIER_FACTOR);
  await run((Math.floor(bound * 100) / 100).toFixed(2));
  await service.service.flush();
  await evaluateControls(service.service.deps);
  const rows = await service.service.control.db.selectFrom('samples').select(['run_id', 'why']).execute();
  const late = rows.filter(({ run_id }) => !usual.slice(0, FIRST_RUNS).includes(run_id));
  expect(late).toEqual([{ run_id: dear, why: 'cost_outlier' }]);
});
