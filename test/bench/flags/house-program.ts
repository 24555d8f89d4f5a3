/**
 * A whole Tollgate in a process of its own, as `tollgate up` runs it, with a workflow and runs of it registered beforehand:
 * `node house-program.ts SETUP`. Prints one JSON line once it listens, and ends with its standard input.
 */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { provision } from '../../../packages/cli/src/system/provision.ts';
import { startSystem } from '../../../packages/cli/src/system/start-system.ts';
import { readPerson, verifyCredential } from '../../../packages/query-service/src/identity/verify.ts';
import { registerRun } from '../../../packages/query-service/src/registrations/register-run.ts';
import { registerWorkflow } from '../../../packages/query-service/src/registrations/register-workflow.ts';
import type { HouseReady, HouseSetup } from './house.ts';
import { WORKFLOW, WORKFLOW_YAML } from './workflow.ts';

const setup = JSON.parse(process.argv[2] ?? '') as HouseSetup;
const logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' }, process.stderr);
const system = await startSystem({ directory: setup.directory, port: 0, otlpPort: 0, logger });
const ready = await prepare();
process.stdout.write(`${JSON.stringify(ready)}\n`);
process.stdin.resume().on('end', async () => {
  await system.stop();
  process.exit(0);
});

async function prepare(): Promise<HouseReady> {
  const { control, deps } = system.service;
  const email = 'owner@example.com';
  const { agentKeys, peopleTokens } = await provision(control, {
    people: [{ name: 'Olivia Owner', email, roles: ['owner'], teams: ['ops'] }],
    agents: [{ principal: 'helpdesk-agent', team: 'ops', workflows: [WORKFLOW] }],
  });
  const [key = '', token = ''] = [agentKeys['helpdesk-agent'], peopleTokens[email]];
  const person = await verifyCredential(deps, token, 'sign_in');
  const owner = person?.kind === 'person' ? await readPerson(control, person.person_id) : undefined;
  const agent = await verifyCredential(deps, key, 'api');
  if (owner === undefined || agent?.kind !== 'agent') throw new Error('nobody is there');
  await registerWorkflow(deps, owner, WORKFLOW_YAML);
  const { policy_version } = await control.db
    .selectFrom('workflows')
    .select('policy_version')
    .executeTakeFirstOrThrow();
  const runs: HouseReady['runs'] = [];
  for (let nth = 0; nth < setup.runs; nth++) {
    const writer = randomUUID();
    const request = { workflow: WORKFLOW, policy_version, writer, initiator: 'ian@example.com' };
    const { run_id } = await registerRun(deps, agent, request);
    runs.push({ run_id, writer });
  }
  // What registering left behind is judged before anything is measured.
  await system.service.flush();
  const { url, otlpUrl } = system;
  const clickhouse_pid = system.clickhouse.pid();
  return { kind: 'ready', url, otlpUrl, key, token, policy_version, runs, clickhouse_pid };
}
