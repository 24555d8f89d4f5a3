import { join } from 'node:path';
import { start, type Tollgate } from '@tollgate/instrumentation';
import { DEPARTMENTS } from './agents/departments.ts';
import type { Agent } from './agents/run-agent.ts';
import { type Api, connectApi } from './api.ts';
import type { DemoOptions, Provisioned, ProvisionSpec } from './demo-result.ts';
import { PEOPLE, type PersonName } from './people.ts';
import type { Desks } from './people-at-work.ts';
import { WORKFLOWS, type WorkflowName } from './scenario.ts';
import { workflowPath, workflowText } from './workflow-files.ts';
import type { World } from './world/world.ts';

/** People with tokens, registered workflows, and an agent for each of them. */
export interface Company {
  readonly desks: Desks;
  readonly admin: Api;
  readonly agents: Readonly<Record<WorkflowName, Agent>>;
  readonly tokenOf: (person: PersonName) => string;
}

/** Everybody and every agent key that the demo needs. */
export const PROVISION: ProvisionSpec = {
  people: Object.values(PEOPLE),
  agents: WORKFLOWS.map((workflow) => ({
    principal: `${workflow}-agent`,
    team: DEPARTMENTS[workflow].team,
    workflows: [workflow],
  })),
};

/** Each owner registers their workflow through the API; then the agents start, each with its own key and outbox. */
export async function openCompany(options: DemoOptions, world: World): Promise<Company> {
  const provisioned = await options.provision(PROVISION);
  const tokenOf = (person: PersonName) => required(provisioned.peopleTokens, PEOPLE[person].email);
  const desks = mapValues(PEOPLE, (_, person) => connectApi(options.serviceUrl, tokenOf(person)));
  for (const workflow of WORKFLOWS)
    await desks[DEPARTMENTS[workflow].owner].post('/v1/workflows', { yaml: await workflowText(workflow) });
  const tollgates = await Promise.all(
    WORKFLOWS.map((workflow) => startAgent(workflow, options, provisioned)),
  );
  const agents = mapValues(DEPARTMENTS, ({ tools }, workflow) => {
    const tollgate = tollgates[WORKFLOWS.indexOf(workflow)] as Tollgate;
    return { tollgate, tools: tools(tollgate, world) };
  });
  return { desks, admin: connectApi(options.serviceUrl, options.admin.token), agents, tokenOf };
}

function startAgent(
  workflow: WorkflowName,
  { serviceUrl, otlpUrl, directory }: DemoOptions,
  { agentKeys }: Provisioned,
): Promise<Tollgate> {
  return start({
    workflow: workflowPath(workflow),
    url: serviceUrl,
    otlpUrl,
    key: required(agentKeys, `${workflow}-agent`),
    outbox: join(directory, 'outbox', workflow),
  });
}

function required(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`the demo was not given a key or token for ${name}`);
  return value;
}

function mapValues<K extends string, V, R>(values: Readonly<Record<K, V>>, map: (value: V, key: K) => R) {
  const entries = Object.entries(values) as [K, V][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as Record<K, R>;
}
