import { z } from 'zod';
import type { Company } from './company.ts';
import type { DemoApproval, DemoFlag, DemoResult, DemoRun } from './demo-result.ts';
import type { StartedRun } from './settle.ts';

const money = { cost_usd: z.string(), calls: z.number(), unpriced_calls: z.number() };
const evidence = z.object({
  cost: z.object({ usd: z.string().nullable(), calls: z.number(), unpriced_calls: z.number() }),
});
const costs = z.object({ items: z.array(z.object({ workflow: z.string(), ...money })) });
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

/** Runs, costs, flags and what waits, as the API has them; of this demo only. */
export async function readResults(
  { admin }: Company,
  runs: readonly StartedRun[],
  since: Date,
): Promise<Pick<DemoResult, 'runs' | 'costs' | 'flags' | 'waiting'>> {
  const own = (run_id: string | null) => run_id === null || runs.some(({ runId }) => runId === run_id);
  const results: DemoRun[] = [];
  for (const started of runs) results.push(await readRun(admin, started));
  const from = encodeURIComponent(since.toISOString());
  const { items } = await admin.get(`/v1/costs?group_by=workflow&from=${from}`, costs);
  const flags: readonly DemoFlag[] = await admin.list('/v1/flags?state=open', flag);
  const waiting: readonly DemoApproval[] = await admin.list('/v1/approvals?state=waiting', approval);
  return {
    runs: results,
    costs: items,
    flags: flags.filter(({ run_id }) => own(run_id)),
    waiting: waiting.filter(({ run_id }) => own(run_id)),
  };
}

async function readRun(admin: Company['admin'], { scenario, runId, status }: StartedRun): Promise<DemoRun> {
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
}
