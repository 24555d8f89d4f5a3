import { randomBytes, randomUUID } from 'node:crypto';
import { parseWorkflow, policyVersion } from '@tollgate/contract';
import { z } from 'zod';
import { connectApi } from '../../src/demo/api.ts';
import type { RunningSystem } from '../support/running-system.ts';

const YAML = `schema: tollgate.workflow/1
workflow: ops-deploy
owner: { name: Olga, email: olga@example.com }
team: ops
data: [repo]
actions: [deploy]
risks: [production]
tools:
  - name: deploy
    action: deploy
    scope: { target: { one_of: [staging, production] } }
    rollback: Deploy the version before
    approval: { approvers: [alice@example.com], expires: 2h }
budget: { per_run: "5.00" }
review: { sample_rate: 0.5, deadline: 24h, reviewers: [olga@example.com] }
stops_when: { denials: 3, errors: 3 }
failure: [a version is deployed that nobody approved]
rollback: Deploy the version before
incident: { people: [olga@example.com] }
`;

const runAnswer = z.object({ run_id: z.string() });
const approvalAnswer = z.object({ approval_id: z.string() });

/** What was answered so far: each is durable from then on. */
export interface Answered {
  readonly spans: string[];
  readonly waiting: string[];
  readonly granted: string[];
}

/** People and an agent who are at work, over HTTP, until they are told to stop. */
export async function startWork({ serviceUrl, otlpUrl, admin, provision }: RunningSystem) {
  const { agentKeys, peopleTokens } = await provision({
    people: [
      { name: 'Olga', email: 'olga@example.com', roles: ['owner'], teams: ['ops'] },
      { name: 'Alice', email: 'alice@example.com', roles: ['approver'], teams: ['ops'] },
    ],
    agents: [{ principal: 'bot', team: 'ops', workflows: ['ops-deploy'] }],
  });
  const key = agentKeys['bot'] ?? '';
  const tokens = {
    alice: peopleTokens['alice@example.com'] ?? '',
    olga: peopleTokens['olga@example.com'] ?? '',
  };
  await connectApi(serviceUrl, tokens.olga).post('/v1/workflows', { yaml: YAML });
  const answered: Answered = { spans: [], waiting: [], granted: [] };
  let stopped = false;
  const agent = connectApi(serviceUrl, key);
  const alice = connectApi(serviceUrl, tokens.alice);
  const approvals = async () => {
    for (let turn = 0; !stopped; turn += 1) {
      const approval_id = await askedApproval(agent, tokens.olga);
      if (turn % 2 === 0) answered.waiting.push(approval_id);
      else {
        const decision = { decision: 'approve', reason: 'looked at it' };
        await alice.post(`/v1/approvals/${approval_id}/decision`, decision);
        answered.granted.push(approval_id);
      }
    }
  };
  const spans = async () => {
    while (!stopped) answered.spans.push(await sendSpan(otlpUrl, key));
  };
  const working = Promise.all([approvals(), approvals(), spans(), spans()]);
  return {
    answered,
    tokens,
    admin,
    stop: async () => {
      stopped = true;
      await working;
    },
  };
}

async function askedApproval(agent: ReturnType<typeof connectApi>, initiator_token: string): Promise<string> {
  const policy_version = versionOf(YAML);
  const of = { workflow: 'ops-deploy', policy_version };
  const run = { ...of, writer: randomUUID(), initiator: 'olga@example.com', initiator_token };
  const { run_id } = runAnswer.parse(await agent.post('/v1/runs', run));
  const call = { run_id, tool: 'deploy', call_id: randomUUID(), action: 'deploy' };
  const request = { ...of, ...call, arguments: '{"target":"staging"}', rollback_note: 'Deploy v1' };
  return approvalAnswer.parse(await agent.post('/v1/approvals', request)).approval_id;
}

function versionOf(yaml: string): string {
  const parsed = parseWorkflow(yaml);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return policyVersion(parsed.workflow);
}

/** Sends one span named `work`; gives its id once it was acknowledged. */
export async function sendSpan(otlpUrl: string, key: string): Promise<string> {
  const spanId = randomBytes(8).toString('hex');
  const time = `${Date.now()}000000`;
  const ids = { traceId: randomBytes(16).toString('hex'), spanId };
  const span = { ...ids, name: 'work', kind: 1, startTimeUnixNano: time, endTimeUnixNano: time };
  const answer = await fetch(otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans: [span] }] }] }),
  });
  if (answer.status !== 200) throw new Error(`a span was answered ${answer.status}`);
  return spanId;
}
