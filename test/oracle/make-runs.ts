import { randomUUID } from 'node:crypto';
import { Agent, type RunIdentity } from '../../packages/query-service/test/flags/agent.ts';
import { versionOf } from '../../packages/query-service/test/support/workflow.ts';
import type { Rng } from '../support/rng.ts';
import { approved, PLANTS, type Plant, type Plot } from './plants.ts';
import { INCIDENT_WORKFLOW, INCIDENT_YAML, ORACLE_WORKFLOW, ORACLE_YAML } from './workflow.ts';
import type { World } from './world.ts';

/** A run, with what was planted in it. */
export interface Made {
  readonly agent: Agent;
  readonly plants: readonly Plant[];
}

const VERSIONS: Readonly<Record<string, string>> = {
  [ORACLE_WORKFLOW]: versionOf(ORACLE_YAML),
  [INCIDENT_WORKFLOW]: versionOf(INCIDENT_YAML),
};

/** Plants that can stand in one run without hiding each other: those that change only what happens in between. */
const COMBINABLE = PLANTS.filter(
  (plant) =>
    !(plant.bare || plant.claims || plant.unregistered || plant.end || plant.workflow || plant.settles),
);
/** Registrations and approvals that are asked for at the same time. */
const AT_ONCE = 16;

/** The run whose approval others misuse, and that approval. */
export async function makeLender(world: World): Promise<readonly [Made, string]> {
  const lender = await makeRun(world, [], '');
  const { approval_id } = await approved(plotOf(world, lender.agent, ''), true);
  return [lender, approval_id];
}

/** Runs with every plant in turn from the `first` on, half of those that allow it with a second one beside it. */
export async function makeRuns(
  world: World,
  { first, count, foreign, rng }: { first: number; count: number; foreign: string; rng: Rng },
): Promise<readonly Made[]> {
  const made: Made[] = [];
  const plants = Array.from({ length: count }, (_, index) => plantsOf(first + index, rng));
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = plants.slice(from, from + AT_ONCE);
    made.push(...(await Promise.all(some.map((each) => makeRun(world, each, foreign)))));
  }
  return made;
}

function plantsOf(index: number, rng: Rng): readonly Plant[] {
  const plant = PLANTS[index % PLANTS.length] as Plant;
  const second = COMBINABLE[rng.below(COMBINABLE.length)] as Plant;
  return COMBINABLE.includes(plant) && second !== plant && rng.chance(0.5) ? [plant, second] : [plant];
}

const plotOf = ({ flow, gina, service }: World, agent: Agent, foreign_approval: string): Plot => ({
  ...{ agent, flow, alice: flow.alice, gina, foreign_approval, call: service.call },
});

async function makeRun(world: World, plants: readonly Plant[], foreign: string): Promise<Made> {
  const workflow = plants[0]?.workflow ?? ORACLE_WORKFLOW;
  const policy_version = VERSIONS[workflow] ?? '';
  const registered = !plants.some(({ unregistered }) => unregistered);
  const run_id = registered ? await register(world, workflow, policy_version) : randomUUID();
  const truth: RunIdentity = { run_id, workflow, policy_version, owner: 'owner@example.com', team: 'ops' };
  const agent = new Agent(Object.assign({}, truth, ...plants.map(({ claims }) => claims ?? {})));
  if (!plants.some(({ bare }) => bare)) {
    agent.start();
    agent.call('0.25');
  }
  for (const plant of plants) await plant.act(plotOf(world, agent, foreign));
  const end = plants.find((plant) => plant.end !== undefined)?.end;
  if (end === undefined) agent.seal();
  else end(agent);
  return { agent, plants };
}

async function register({ service, flow }: World, workflow: string, policy_version: string) {
  const { body } = await service.call(flow.agent, 'POST', '/v1/runs', {
    ...{ workflow, policy_version, writer: randomUUID(), initiator: 'bob@example.com' },
    initiator_token: flow.bob,
  });
  return String(body['run_id']);
}
