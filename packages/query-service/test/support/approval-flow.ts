import { canonicalJson } from '@tollgate/contract';
import { v4 as uuidv4 } from 'uuid';
import type { Answer, TestService } from './service.ts';
import { versionOf, type WorkflowChoices, workflowYaml } from './workflow.ts';

export const ARGUMENTS = canonicalJson({ target: 'production', version: 'v1.2.3' });

export interface Flow {
  readonly owner: string;
  readonly alice: string;
  readonly bob: string;
  readonly agent: string;
  readonly policy_version: string;
  /** Registers a run; by bob, unless another token is given. Null: nobody proves to have started it. */
  run(initiatorToken?: string | null): Promise<string>;
  ask(run_id: string, over?: Readonly<Record<string, unknown>>): Promise<Answer>;
  decide(token: string, approval_id: unknown, decision?: 'approve' | 'refuse'): Promise<Answer>;
  consume(approval_id: unknown, run_id: string, over?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** People, a key and a registered workflow: alice may approve, bob starts runs. */
export async function approvalFlow(test: TestService, choices: WorkflowChoices = {}): Promise<Flow> {
  const owner = await test.person('owner@example.com', ['owner']);
  const alice = await test.person('alice@example.com', ['approver']);
  const bob = await test.person('bob@example.com', ['approver'], ['ops'], ['release']);
  const agent = await test.key();
  const yaml = workflowYaml(choices);
  const registered = await test.call(owner, 'POST', '/v1/workflows', { yaml });
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body));
  const policy_version = versionOf(yaml);
  const workflow = choices.workflow ?? 'ops-deploy';
  return {
    ...{ owner, alice, bob, agent, policy_version },
    run: async (initiator_token = bob) => {
      const { body } = await test.call(agent, 'POST', '/v1/runs', {
        workflow,
        policy_version,
        writer: uuidv4(),
        initiator: 'somebody',
        ...(initiator_token === null ? {} : { initiator_token }),
      });
      return String(body['run_id']);
    },
    ask: (run_id, over = {}) =>
      test.call(agent, 'POST', '/v1/approvals', {
        ...{ run_id, workflow, policy_version, tool: 'deploy', call_id: uuidv4(), action: 'deploy' },
        ...{ arguments: ARGUMENTS, rollback_note: 'Deploy v1.2.2', ...over },
      }),
    decide: (token, approval_id, decision = 'approve') =>
      test.call(token, 'POST', `/v1/approvals/${approval_id}/decision`, { decision, reason: 'looked at it' }),
    consume: (approval_id, run_id, over = {}) =>
      test.call(agent, 'POST', `/v1/approvals/${approval_id}/consume`, {
        ...{ run_id, call_id: 'call', tool: 'deploy', policy_version, arguments: ARGUMENTS, ...over },
      }),
  };
}
