import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { SERVICE_STEP_CHANNEL, SERVICE_STEPS, type StepMessage } from '../src/index.ts';
import { approvalFlow } from './support/approval-flow.ts';
import { startService } from './support/service.ts';

test('every step is published once where it happens, in order, and none for what is refused', async () => {
  const service = await startService();
  const seen: StepMessage[] = [];
  const listen = (message: unknown) => void seen.push(message as StepMessage);
  try {
    const flow = await approvalFlow(service, {
      more: 'break_glass: { people: [owner@example.com], expires: 5m }\n',
    });
    subscribe(SERVICE_STEP_CHANNEL, listen);
    const run_id = await flow.run();
    const first = await flow.ask(run_id, { call_id: 'call' });
    await flow.decide(flow.alice, first.body['approval_id']);
    await flow.consume(first.body['approval_id'], run_id);
    const second = await flow.ask(run_id);
    const path = `/v1/approvals/${second.body['approval_id']}`;
    await service.call(flow.owner, 'POST', `${path}/break-glass`, { reason: 'now' });
    await service.call(flow.agent, 'POST', `${path}/withdraw`, {});
    const { policy_version } = flow;
    const resumed = { workflow: 'ops-deploy', policy_version, writer: uuidv4() };
    await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/resume`, resumed);
    const { writer } = resumed;
    const lease = { lease_id: uuidv7(), writer, wanted_usd: '1', minimum_usd: '1', settled: [] };
    await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases`, lease);
    const settled = [{ lease_id: lease.lease_id, spent_usd: '1', closed: true }];
    await service.call(flow.agent, 'POST', `/v1/runs/${run_id}/leases/settle`, { writer, settled });
    const stop = { run_id, reason: 'stop_condition', field: 'stops_when.errors', detail: 'x' };
    await service.call(flow.agent, 'POST', '/v1/workflows/ops-deploy/stop', stop);
    expect(new Set(seen.map(({ step }) => step))).toEqual(new Set(SERVICE_STEPS));
    for (const { step, ...about } of seen)
      if (step === 'grant.consume.committed')
        expect(about).toEqual({ run_id, approval_id: first.body['approval_id'] });
    const once = seen.filter(({ step }) => step.startsWith('grant.consume')).map(({ step }) => step);
    expect(once).toEqual(['grant.consume.begun', 'grant.consume.before_commit', 'grant.consume.committed']);
    seen.length = 0;
    await flow.consume(first.body['approval_id'], run_id);
    expect(seen.map(({ step }) => step)).toEqual(['grant.consume.begun']);
  } finally {
    unsubscribe(SERVICE_STEP_CHANNEL, listen);
    await service.close();
  }
});

test('the README names every step', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const changes = new Set(SERVICE_STEPS.map((step) => step.replace(/\.\w+$/, '')));
  for (const change of changes) expect(readme).toContain(`\`${change}\``);
});
