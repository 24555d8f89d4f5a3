import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson } from '@tollgate/contract';
import { z } from 'zod';
import type { Api } from './api.ts';
import type { PersonName } from './people.ts';
import type { HumanDecision, Scenario } from './scenario.ts';
import type { World } from './world/world.ts';

/** The API, as each of the demo's people sees it with a token of their own. */
export type Desks = Readonly<Record<PersonName, Api>>;

const waiting = z.object({ approval_id: z.string(), tool: z.string(), can_decide: z.boolean() });
/** What an approver gets to read before deciding: above all the exact arguments, as canonical JSON. */
const request = waiting.extend({ arguments: z.string() });
const sample = z.object({ sample_id: z.string() });

const LOOK_AGAIN_MS = 200;

interface Intention extends HumanDecision {
  readonly tool: string;
  /** Canonical JSON of the arguments that the approver expects to be asked about. */
  readonly arguments: string;
}

/**
 * Approvers look at what waits for them, read the arguments, and decide as the scenarios say. They recognise a request
 * by what it would do, as people do. Works until `signal` aborts.
 */
export async function decideApprovals(
  desks: Desks,
  scenarios: readonly Scenario[],
  signal: AbortSignal,
): Promise<void> {
  const intentions = scenarios.flatMap(intentionsOf);
  const approvers = [...new Set(intentions.map(({ by }) => by))];
  while (!signal.aborted) {
    for (const by of approvers)
      await decideOnce(
        desks[by],
        intentions.filter((each) => each.by === by),
      );
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function decideOnce(desk: Api, intentions: readonly Intention[]): Promise<void> {
  for (const { approval_id, can_decide } of await desk.list('/v1/approvals?state=waiting', waiting)) {
    if (!can_decide) continue;
    const asked = await desk.get(`/v1/approvals/${approval_id}`, request);
    const intention = intentions.find(
      (each) => each.tool === asked.tool && each.arguments === asked.arguments,
    );
    if (intention === undefined) continue;
    const { decision, reason } = intention;
    await desk.post(`/v1/approvals/${approval_id}/decision`, { decision, reason });
  }
}

function intentionsOf({ script, approval }: Scenario): Intention[] {
  if (approval === undefined) return [];
  return script
    .flatMap(({ calls }) => calls)
    .filter(({ meets }) => meets.verdict === 'require_approval')
    .map((scripted) => ({ ...approval, tool: scripted.tool, arguments: canonicalJson(scripted.arguments) }));
}

/** The owner decides to roll a run back, says so, and undoes what it did. */
export async function rollBack(
  desks: Desks,
  { rollback }: Scenario,
  runId: string,
  world: World,
): Promise<void> {
  if (rollback === undefined) return;
  await desks[rollback.by].post(`/v1/runs/${runId}/rollback`, { reason: rollback.reason });
  await rollback.undo(world);
}

/** The reviewer looks at the samples of one run, and says what they are worth. */
export async function reviewSamples(desks: Desks, { review, name }: Scenario, runId: string): Promise<void> {
  if (review === undefined) return;
  const { by, verdict, note } = review;
  const samples = await desks[by].list(`/v1/samples?state=pending&run_id=${runId}`, sample);
  if (samples.length === 0) throw new Error(`${name} has no sample to review`);
  for (const { sample_id } of samples)
    await desks[by].post(`/v1/samples/${sample_id}/review`, { verdict, note });
}
