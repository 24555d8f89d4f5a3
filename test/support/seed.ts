import { randomUUID } from 'node:crypto';
import { parseWorkflow, policyVersion } from '@tollgate/contract';
import type { SeededService } from './seeded-service.ts';

const WORKFLOW = `schema: tollgate.workflow/1
workflow: ops-deploy
owner: { name: The Owner, email: walker@example.com }
team: ops
data: [repo]
actions: [search, deploy]
risks: [production]
tools:
  - name: deploy
    action: deploy
    scope: { version: { pattern: 'v[0-9.]+' } }
    rollback: Deploy the version before {version}
    approval: { approvers: [walker@example.com], expires: 30m }
blocked_tools: [drop_database]
budget: { per_run: "5.00", per_day: "50.00" }
review: { sample_rate: 1, deadline: 24h, reviewers: [walker@example.com] }
stops_when: { denials: 3, errors: 3 }
failure: [a version is deployed that nobody approved]
rollback: Deploy the version before
incident: { people: [walker@example.com] }
`;

/** A workflow, a run, a lease, an approval that waits and a suspension that is over, all by way of the API. */
export async function seed({ url, credentials }: Pick<SeededService, 'url' | 'credentials'>): Promise<void> {
  const post = async (who: keyof typeof credentials, path: string, body: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credentials[who]}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status} ${text}`);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  };
  await post('person', '/v1/workflows', { yaml: WORKFLOW });
  const parsed = parseWorkflow(WORKFLOW);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const about = { workflow: 'ops-deploy', policy_version: policyVersion(parsed.workflow) };
  const writer = randomUUID();
  const initiator_token = credentials.person;
  const { run_id } = await post('agent', '/v1/runs', { ...about, writer, initiator: 'x', initiator_token });
  await post('agent', `/v1/approvals`, {
    ...{ ...about, run_id, tool: 'deploy', call_id: 'call', action: 'deploy' },
    ...{ arguments: '{"version":"v1"}', rollback_note: 'Deploy v0' },
  });
  await post('person', '/v1/workflows/ops-deploy/suspend', { reason: 'a drill' });
  await post('person', '/v1/workflows/ops-deploy/resume', { reason: 'over' });
}
