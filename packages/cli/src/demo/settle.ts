import { parseWorkflow, type RunStatus, requirements } from '@tollgate/contract';
import { z } from 'zod';
import { ifFound } from './api.ts';
import type { Company } from './company.ts';
import { type Scenario, WORKFLOWS } from './scenario.ts';
import { waitUntil } from './wait-until.ts';
import { workflowText } from './workflow-files.ts';

/** A run as the agent's process knows it. */
export interface StartedRun {
  readonly scenario: Scenario;
  readonly runId: string;
  readonly status: RunStatus;
}

const evidence = z.object({ run: z.object({ status: z.string() }) });
const sample = z.object({ run_id: z.string(), due_at: z.iso.datetime() });

/** A sample that is due sooner than this becomes overdue while the demo still runs; a later one is left for people. */
const SOON_MS = 10_000;

/** Waits until the service knows how each run ended, and has drawn every sample. */
export async function stored(company: Company, runs: readonly StartedRun[], until: number): Promise<void> {
  const { admin, agents } = company;
  await Promise.all(Object.values(agents).map(({ tollgate }) => tollgate.flush(until - Date.now())));
  for (const { runId, status, scenario } of runs)
    await waitUntil({ until, waitingFor: `the end of ${scenario.name}` }, async () => {
      const found = await ifFound(admin.get(`/v1/runs/${runId}/evidence`, evidence));
      return found?.run.status === status ? status : undefined;
    });
  const expected = await sampledCalls(runs);
  await waitUntil({ until, waitingFor: `${expected} samples` }, async () => {
    await evaluate(company);
    const drawn = await samplesOf(company, runs);
    return drawn.length >= expected ? drawn : undefined;
  });
}

/** Waits until nobody can review the samples any more that were due while the demo ran, and has everything judged. */
export async function samplesOverdue(
  company: Company,
  runs: readonly StartedRun[],
  until: number,
): Promise<void> {
  await waitUntil({ until, waitingFor: 'samples to be overdue' }, async () => {
    const left = (await samplesOf(company, runs)).map(({ due_at }) => Date.parse(due_at) - Date.now());
    return left.every((ms) => ms <= 0 || ms > SOON_MS) ? left : undefined;
  });
  await evaluate(company);
}

async function evaluate({ admin }: Company): Promise<void> {
  await admin.post('/v1/controls/evaluate', {});
}

async function samplesOf({ admin }: Company, runs: readonly StartedRun[]) {
  const own = new Set(runs.map(({ runId }) => runId));
  return (await admin.list('/v1/samples', sample)).filter(({ run_id }) => own.has(run_id));
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
