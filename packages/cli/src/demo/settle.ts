import { parseWorkflow, type RunStatus, requirements } from '@tollgate/contract';
import { z } from 'zod';
import type { Company } from './company.ts';
import type { DemoApproval, DemoFlag, DemoResult, DemoRun } from './demo-result.ts';
import { type Scenario, WORKFLOWS } from './scenario.ts';
import { waitUntil } from './wait-until.ts';
import { workflowText } from './workflow-files.ts';

/** A run as the agent's process knows it. */
export interface StartedRun {
  readonly scenario: Scenario;
  readonly runId: string;
  readonly status: RunStatus;
}

const money = { cost_usd: z.string(), calls: z.number(), unpriced_calls: z.number() };
const evidence = z.looseObject({
  run: z.looseObject({ status: z.string() }),
  cost: z.looseObject({ usd: z.string().nullable(), calls: z.number(), unpriced_calls: z.number() }),
});
const costs = z.looseObject({ items: z.array(z.looseObject({ workflow: z.string(), ...money })) });
const sample = z.looseObject({ run_id: z.string(), due_at: z.iso.datetime() });
const flag = z.object({
  flag_id: z.string(),
  control: z.string(),
  severity: z.string(),
  workflow: z.string(),
  run_id: z.string().nullable(),
  summary: z.string(),
});
const approval = z.object({
  approval_id: z.string(),
  workflow: z.string(),
  run_id: z.string(),
  tool: z.string(),
  expires_at: z.string(),
});

/** A sample that is due sooner than this becomes overdue while the demo still runs; a later one is left for people. */
const SOON_MS = 10_000;

/** Waits until the service knows each run's end, every sample has been drawn and those due soon are overdue; then has it judge. */
export async function settle(company: Company, runs: readonly StartedRun[], until: number): Promise<void> {
  const { admin, agents } = company;
  await Promise.all(Object.values(agents).map(({ tollgate }) => tollgate.flush(until - Date.now())));
  for (const { runId, status, scenario } of runs)
    await waitUntil({ until, waitingFor: `the end of ${scenario.name}` }, async () => {
      const { run } = await admin.get(`/v1/runs/${runId}/evidence`, evidence);
      return run.status === status ? status : undefined;
    });
  const toReview = await sampledCalls(runs);
  await waitUntil(
    { until, waitingFor: `${toReview} samples, and those due soon to be overdue` },
    async () => {
      const all = await Promise.all(
        ['pending', 'reviewed', 'overdue'].map((state) => admin.list(`/v1/samples?state=${state}`, sample)),
      );
      const own = all.flat().filter(({ run_id }) => runs.some(({ runId }) => runId === run_id));
      const left = own.map(({ due_at }) => Date.parse(due_at) - Date.now());
      const settled = own.length >= toReview && left.every((ms) => ms <= 0 || ms > SOON_MS);
      return settled ? own : undefined;
    },
  );
  await admin.post('/v1/controls/evaluate', {});
}

/** How many of the scripts' calls a workflow has reviewed: executed, of class 2, and every one of them sampled. */
async function sampledCalls(runs: readonly StartedRun[]): Promise<number> {
  const sampled = new Set<string>();
  for (const workflow of WORKFLOWS) {
    const parsed = parseWorkflow(await workflowText(workflow));
    if (parsed.kind === 'invalid') continue;
    const { allowed_tools, review_cadence } = requirements(parsed.workflow);
    if (review_cadence?.sample_rate !== 1) continue;
    for (const { tool, action_class } of allowed_tools)
      if (action_class === 2) sampled.add(`${workflow}/${tool}`);
  }
  return runs
    .flatMap(({ scenario }) =>
      scenario.script.flatMap(({ calls }) => calls.map((each) => ({ scenario, each }))),
    )
    .filter(({ scenario, each }) => sampled.has(`${scenario.workflow}/${each.tool}`))
    .filter(({ each }) => each.meets.enforcement === 'executed').length;
}

/** Runs, costs, flags and what waits, as the API has them; of this demo only. */
export async function readResults(
  { admin }: Company,
  runs: readonly StartedRun[],
  since: Date,
): Promise<Pick<DemoResult, 'runs' | 'costs' | 'flags' | 'waiting'>> {
  const own = (run_id: string | null) => run_id === null || runs.some(({ runId }) => runId === run_id);
  const read = runs.map(async ({ scenario, runId, status }): Promise<DemoRun> => {
    const { cost } = await admin.get(`/v1/runs/${runId}/evidence`, evidence);
    const { usd, calls, unpriced_calls } = cost;
    const { name, story, workflow } = scenario;
    return {
      scenario: name,
      story,
      workflow,
      run_id: runId,
      status,
      cost_usd: usd ?? '0',
      calls,
      unpriced_calls,
    };
  });
  const from = encodeURIComponent(since.toISOString());
  const { items } = await admin.get(`/v1/costs?group_by=workflow&from=${from}`, costs);
  const flags: readonly DemoFlag[] = await admin.list('/v1/flags?state=open', flag);
  const waiting: readonly DemoApproval[] = await admin.list('/v1/approvals?state=waiting', approval);
  return {
    runs: await Promise.all(read),
    costs: items.map(({ workflow, cost_usd, calls, unpriced_calls }) => ({
      workflow,
      cost_usd,
      calls,
      unpriced_calls,
    })),
    flags: flags.filter(({ run_id }) => own(run_id)),
    waiting: waiting.filter(({ run_id }) => own(run_id)),
  };
}
