import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@tollgate/contract';

/** A workflow whose one tool waits for an approver who is never there, and whose glass one person may break. */
export const glassFile = (person: string): string => `schema: tollgate.workflow/1
workflow: night-deploys
owner: { name: Gina Night, email: ${person} }
team: engineering
data: []
actions: [deploy]
risks: [production]
tools:
  - name: deploy
    action: deploy
    scope: { version: { pattern: "[0-9.]+" } }
    rollback: Deploy the version before {version}.
    approval: { approvers: [nobody@example.com], expires: 30m }
break_glass: { people: [${person}], expires: 5m }
budget: { per_run: "0.50", per_day: "1.00" }
stops_when: { denials: 2, suspend_workflow: true }
review: { sample_rate: 0.1, deadline: 2d, reviewers: [${person}] }
failure: [The shop is down.]
rollback: Deploy the version before.
incident: { people: [${person}] }
`;

type Body = Readonly<Record<string, unknown>>;

/** Speaks to the service as whoever the bearer belongs to. @throws Error with the answer where it is no success */
export async function ask(
  origin: string,
  bearer: string,
  path: string,
  body: Body,
): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(new URL(path, origin), {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} ${answer.status} ${text}`);
  return JSON.parse(text) as Record<string, string>;
}

/** A run that spent something, waits for an approval, and was taken over by another process, as the service knows it. */
export async function waitingRun(
  origin: string,
  key: string,
  { policy_version, initiator_token }: { readonly policy_version: string; readonly initiator_token: string },
) {
  const workflow = 'night-deploys';
  const writer = randomUUID();
  const { run_id = '' } = await ask(origin, key, '/v1/runs', {
    ...{ workflow, policy_version, writer, initiator: 'cron', initiator_token },
  });
  const lease_id = uuidv7();
  await ask(origin, key, `/v1/runs/${run_id}/leases`, {
    ...{ lease_id, writer, wanted_usd: '0.40', minimum_usd: '0.10', settled: [] },
  });
  await ask(origin, key, `/v1/runs/${run_id}/leases/settle`, {
    ...{ writer, settled: [{ lease_id, spent_usd: '0.30', closed: true }] },
  });
  const { approval_id = '' } = await ask(origin, key, '/v1/approvals', {
    ...{ run_id, workflow, policy_version, tool: 'deploy', call_id: 'call-1', action: 'deploy' },
    arguments: canonicalJson({ version: '1.4.2' }),
    rollback_note: 'Deploy the version before 1.4.2.',
  });
  await ask(origin, key, `/v1/runs/${run_id}/resume`, { workflow, policy_version, writer: randomUUID() });
  return { run_id, approval_id };
}

/** A random id whose version says 7; its time is of no account here. */
function uuidv7(): string {
  const id = randomUUID();
  return `${id.slice(0, 14)}7${id.slice(15)}`;
}
