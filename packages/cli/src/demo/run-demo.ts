import { randomUUID } from 'node:crypto';
import type { RunResult } from '@tollgate/instrumentation';
import { runAgent } from './agents/run-agent.ts';
import { type Company, openCompany } from './company.ts';
import type { DemoOptions, DemoResult } from './demo-result.ts';
import { PEOPLE, type PersonName } from './people.ts';
import { decideApprovals, reviewSamples, rollBack } from './people-at-work.ts';
import { readResults } from './read-results.ts';
import { type Scenario, WORKFLOWS } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { type StartedRun, samplesOverdue, stored } from './settle.ts';
import { createWorld, type World } from './world/world.ts';

const TIMEOUT_MS = 180_000;

/** What all scenarios of one demo share. */
interface Stage {
  readonly company: Company;
  readonly world: World;
  readonly say: (line: string) => void;
  /** Tells this demo's response ids from another's. */
  readonly demo: string;
}

/**
 * Runs five departments' agents through a running Tollgate while people decide beside them, waits until everything is
 * stored and judged, and says what came of it. @throws TookTooLong after `timeoutMs`, ApiError where the service refuses.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const say = options.onProgress ?? (() => undefined);
  const started = Date.now();
  const until = started + (options.timeoutMs ?? TIMEOUT_MS);
  say('Setting up a repository, tickets, interview notes, production and a CRM for the agents to work on');
  const world = await createWorld(options.directory);
  const company = await openCompany(options, world);
  const people = new AbortController();
  const stop = once(async () => {
    people.abort();
    await Promise.all(Object.values(company.agents).map(({ tollgate }) => tollgate.shutdown()));
    await world.close();
  });
  try {
    say('Five workflows are registered by their owners; agents and people start to work');
    const atWork = decideApprovals(company.desks, SCENARIOS, people.signal);
    const stage = { company, world, say, demo: randomUUID().slice(0, 8) };
    const runs = await Promise.race([playAll(stage), failing(atWork)]);
    people.abort();
    await atWork;
    say('All agents are done or wait for a person; waiting until everything is stored and judged');
    await stored(company, runs, until);
    for (const { scenario, runId } of runs) await reviewSamples(company.desks, scenario, runId);
    await samplesOverdue(company, runs, until);
    const results = await readResults(company, runs, new Date(started));
    return { ...results, worldDirectory: world.directory, people: signIns(company), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Departments side by side, the scenarios of one after each other. */
async function playAll(stage: Stage): Promise<readonly StartedRun[]> {
  const departments = WORKFLOWS.map(async (workflow) => {
    const runs: StartedRun[] = [];
    for (const scenario of SCENARIOS.filter((each) => each.workflow === workflow))
      runs.push(await play(stage, scenario));
    return runs;
  });
  return (await Promise.all(departments)).flat();
}

/** One scenario to its end; or, where its script keeps it waiting, to the moment when it has started to wait. */
async function play(stage: Stage, scenario: Scenario): Promise<StartedRun> {
  const { company, world, say } = stage;
  const { runId, ended } = await startRun(stage, scenario);
  if (scenario.script.some(({ calls }) => calls.some(({ meets }) => meets.enforcement === 'waiting'))) {
    say(`… ${scenario.name}: ${scenario.story}`);
    ended.then(
      ({ status }) => say(`✓ ${scenario.name} has been decided: ${status}`),
      () => undefined,
    );
    return { scenario, runId, status: 'unsealed' };
  }
  const { status } = await ended;
  await rollBack(company.desks, scenario, runId, world);
  say(`✓ ${scenario.name}: ${status}`);
  return { scenario, runId, status };
}

async function startRun(
  { company, demo }: Stage,
  scenario: Scenario,
): Promise<{ runId: string; ended: Promise<RunResult<string>> }> {
  const registered = Promise.withResolvers<string>();
  const ended = runAgent(company.agents[scenario.workflow], scenario, {
    ...initiatorOf(company, scenario),
    id: `${demo}-${scenario.name}`,
    onStart: registered.resolve,
  });
  ended.catch(registered.reject);
  return { runId: await registered.promise, ended };
}

function initiatorOf({ tokenOf }: Company, { startedBy }: Scenario) {
  if (startedBy.startsWith('schedule:')) return { initiator: startedBy };
  const person = startedBy as PersonName;
  return { initiator: PEOPLE[person].email, initiatorToken: tokenOf(person) };
}

function signIns({ tokenOf }: Company): DemoResult['people'] {
  return (Object.keys(PEOPLE) as PersonName[]).map((person) => {
    const { name, email, roles, teams } = PEOPLE[person];
    const role = teams.some((team) => team === '*')
      ? roles.join(', ')
      : `${roles.join(', ')} of ${teams.join(', ')}`;
    return { name, email, role, token: tokenOf(person) };
  });
}

/** Never resolves, but rejects as `work` does. */
function failing(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    work.catch(reject);
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}
