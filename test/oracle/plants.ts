import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@tollgate/contract';
import { v7 as uuidv7 } from 'uuid';
import { type Agent, type RunIdentity, span } from '../../packages/query-service/test/flags/agent.ts';
import type { Flow } from '../../packages/query-service/test/support/approval-flow.ts';
import type { Answer } from '../../packages/query-service/test/support/service.ts';
import { INCIDENT_WORKFLOW } from './workflow.ts';

/** What a plant may use: the agent of one run, and people who decide. */
export interface Plot {
  readonly agent: Agent;
  readonly flow: Pick<Flow, 'ask' | 'decide' | 'consume' | 'agent'>;
  readonly alice: string;
  /** Whom the workflow lets break glass. */
  readonly gina: string;
  readonly call: (token: string, method: string, path: string, body: unknown) => Promise<Answer>;
  /** An approval that the service granted to another run. */
  readonly foreign_approval: string;
}

/** One way to break (or to keep) the rules, and the flags that it has to raise, by control. */
export interface Plant {
  readonly name: string;
  /** What every record of the run claims instead of the truth. */
  readonly claims?: Partial<RunIdentity>;
  readonly unregistered?: true;
  /** Where it is not the oracle's own. */
  readonly workflow?: string;
  /** What the process settles with the ledger (USD), which knows of nothing else in the run. */
  readonly settles?: string;
  /** Nothing but the plant is in the run: no model call that would log an input. */
  readonly bare?: true;
  readonly act: (plot: Plot) => Promise<void> | void;
  readonly end?: (agent: Agent) => void;
  readonly flags: readonly string[];
}

const ARGS = { target: 'production', version: 'v1.2.3' };
const STATUS = { id: 'T-1', status: 'done' };
const deploy = (agent: Agent, approval_id: string | undefined, call_id: string = randomUUID()) =>
  agent.tool('deploy', 'deploy', 3, ARGS, { call_id, ...(approval_id === undefined ? {} : { approval_id }) });
const cite = (agent: Agent, choices = {}) =>
  agent.say('source_cited', { detail: { origin: 'inference', model: 'm' } }, { output: 'so it is' }, choices);

/** What was just said, with all that is in it, under the key of another principal. */
function bySomebodyElse({ rows }: Agent, principal: string): void {
  const last = rows.pop();
  if (last === undefined) throw new Error('nothing was said');
  const ResourceAttributes = { 'service.name': 'agent', 'tollgate.principal': principal };
  rows.push({ ...last, ResourceAttributes });
}

function succeeded(answer: Answer): Answer {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer;
}

/** Asks for a deployment. */
async function asked({ agent, flow }: Plot): Promise<{ call_id: string; approval_id: string }> {
  const call_id = randomUUID();
  const { run_id, workflow, policy_version } = agent.run;
  const { body } = succeeded(
    await flow.ask(run_id, { workflow, policy_version, call_id, arguments: canonicalJson(ARGS) }),
  );
  return { call_id, approval_id: String(body['approval_id']) };
}

/** Asks for a deployment and has it approved; consumes the grant unless told otherwise. */
export async function approved(
  plot: Plot,
  consume: boolean,
): Promise<{ call_id: string; approval_id: string }> {
  const { agent, flow, alice } = plot;
  const { run_id, policy_version } = agent.run;
  const { call_id, approval_id } = await asked(plot);
  succeeded(await flow.decide(alice, approval_id));
  const used = { call_id, policy_version, arguments: canonicalJson(ARGS) };
  if (consume) succeeded(await flow.consume(approval_id, run_id, used));
  return { call_id, approval_id };
}

export const PLANTS: readonly Plant[] = [
  { name: 'nothing wrong', act: ({ agent }) => void agent.tool('search_repo', 'search', 1, {}), flags: [] },
  {
    name: 'a class-2 action, to be reviewed',
    act: ({ agent }) => void agent.tool('set_status', 'update_status', 2, STATUS),
    flags: ['unreviewed_sample'],
  },
  {
    name: 'over the budget of a run',
    act: ({ agent }) => void agent.call('5.000000000000001'),
    flags: ['budget_breach'],
  },
  {
    name: 'a model without a price',
    act: ({ agent }) => void agent.call(null),
    flags: ['model_call_priced'],
  },
  {
    name: 'a tool that nobody listed',
    act: ({ agent }) => void agent.tool('send_fax', 'search', 1, {}),
    flags: ['tool_listed'],
  },
  {
    name: 'a lowered class',
    act: ({ agent }) => void agent.tool('deploy', 'deploy', 1, ARGS, { rollback_note: 'n' }),
    flags: ['tool_listed', 'approval_matches'],
  },
  {
    name: 'outside the scope',
    act: ({ agent }) => void agent.tool('set_status', 'update_status', 2, { ...STATUS, status: 'gone' }),
    flags: ['scope_held', 'unreviewed_sample'],
  },
  {
    name: 'no rollback note',
    act: ({ agent }) => void agent.tool('set_status', 'update_status', 2, STATUS, { rollback_note: '' }),
    flags: ['rollback_note_present', 'unreviewed_sample'],
  },
  {
    name: 'approved, consumed and executed',
    act: async (plot) => {
      const { call_id, approval_id } = await approved(plot, true);
      deploy(plot.agent, approval_id, call_id);
    },
    flags: [],
  },
  {
    name: 'approved and executed, but never consumed',
    act: async (plot) => {
      const { call_id, approval_id } = await approved(plot, false);
      deploy(plot.agent, approval_id, call_id);
    },
    flags: ['approval_matches'],
  },
  {
    name: 'one grant, two executions',
    act: async (plot) => {
      const { call_id, approval_id } = await approved(plot, true);
      deploy(plot.agent, approval_id, call_id);
      deploy(plot.agent, approval_id, call_id);
    },
    flags: ['approval_matches'],
  },
  {
    name: 'a person who broke glass',
    act: async (plot) => {
      const { agent, gina, call, flow } = plot;
      const { run_id, policy_version } = agent.run;
      const { call_id, approval_id } = await asked(plot);
      succeeded(
        await call(gina, 'POST', `/v1/approvals/${approval_id}/break-glass`, { reason: 'the site is down' }),
      );
      succeeded(
        await flow.consume(approval_id, run_id, { call_id, policy_version, arguments: canonicalJson(ARGS) }),
      );
      deploy(agent, approval_id, call_id);
    },
    flags: ['break_glass_used'],
  },
  {
    name: 'half of its budget settled',
    settles: '2.5',
    act: async ({ agent, flow, call }) => {
      const path = `/v1/runs/${agent.run.run_id}/leases`;
      const [lease_id, writer] = [uuidv7(), agent.writer];
      const amount = { wanted_usd: '2.5', minimum_usd: '2.5' };
      succeeded(await call(flow.agent, 'POST', path, { lease_id, writer, settled: [], ...amount }));
      const settled = [{ lease_id, spent_usd: '2.5', closed: true }];
      succeeded(await call(flow.agent, 'POST', `${path}/settle`, { writer, settled }));
    },
    flags: ['budget_warning'],
  },
  {
    name: 'an incident that nobody answers',
    workflow: INCIDENT_WORKFLOW,
    act: ({ agent }) => void deploy(agent, undefined),
    flags: ['approval_matches', 'incident_path_reached'],
  },
  { name: 'no approval', act: ({ agent }) => void deploy(agent, undefined), flags: ['approval_matches'] },
  {
    name: 'a forged approval',
    act: ({ agent }) => void deploy(agent, randomUUID()),
    flags: ['approval_matches', 'forged_service_claims'],
  },
  {
    name: 'the approval of another run',
    act: ({ agent, foreign_approval }) => void deploy(agent, foreign_approval),
    flags: ['approval_matches', 'forged_service_claims'],
  },
  {
    name: 'a span that says "approved by Alice"',
    act: ({ agent }) => void agent.say('approval_decided', { actor: 'alice@example.com', verdict: 'allow' }),
    flags: ['forged_service_claims'],
  },
  {
    name: 'another owner',
    claims: { owner: 'mallory@example.com' },
    act: () => undefined,
    flags: ['owner_named'],
  },
  {
    name: 'a run that nobody registered',
    unregistered: true,
    act: () => undefined,
    flags: ['run_registered'],
  },
  {
    name: 'evidence under another key',
    act: ({ agent }) => void cite(agent, { principal: 'sales-agent' }),
    flags: ['run_registered'],
  },
  {
    name: 'an end that only another key claims',
    act: () => undefined,
    end: (agent) => {
      agent.seal();
      bySomebodyElse(agent, 'support-agent');
    },
    flags: ['final_status_present', 'run_registered'],
  },
  {
    name: 'a rollback note that only another key sends',
    act: ({ agent }) => {
      const call = { tool: 'set_status', action: 'update_status', action_class: 2 } as const;
      const call_id = agent.tool(call.tool, call.action, 2, STATUS, { rollback_note: '' });
      agent.say('tool_finished', { ...call, call_id, rollback_note: 'undo it', enforcement: 'executed' });
      bySomebodyElse(agent, 'finance-agent');
    },
    // The call is a sample by whom it was said, and so are two.
    flags: ['rollback_note_present', 'unreviewed_sample', 'unreviewed_sample', 'run_registered'],
  },
  {
    name: 'a policy that nobody registered',
    claims: { policy_version: `sha256:${'0'.repeat(64)}` },
    act: () => undefined,
    flags: ['policy_registered'],
  },
  { name: 'no end', act: () => undefined, end: () => undefined, flags: ['final_status_present'] },
  {
    name: 'a run of which nothing was ever heard',
    bare: true,
    act: () => undefined,
    end: () => undefined,
    flags: ['final_status_present'],
  },
  {
    name: 'two different ends',
    act: () => undefined,
    end: (agent) => {
      agent.seal('completed');
      agent.seal('failed');
    },
    flags: ['final_status_present'],
  },
  {
    name: 'a missing record',
    act: ({ agent }) => {
      const row = cite(agent);
      agent.rows.splice(agent.rows.indexOf(row), 1);
    },
    flags: ['evidence_chain_whole'],
  },
  {
    name: 'a span sent again with other content',
    act: ({ agent }) => {
      const [first] = agent.rows;
      if (first !== undefined) agent.rows.push({ ...first, SpanName: 'another name' });
    },
    flags: ['span_unchanged'],
  },
  {
    name: 'a span that another key claims as well',
    act: ({ agent }) => {
      const row = cite(agent);
      const ResourceAttributes = { 'service.name': 'agent', 'tollgate.principal': 'another-agent' };
      agent.rows.push({ ...row, ResourceAttributes });
    },
    flags: ['span_unchanged', 'run_registered'],
  },
  {
    name: 'no input',
    bare: true,
    act: ({ agent }) => void agent.say('run_started'),
    flags: ['log_fields_present'],
  },
  {
    name: 'a decision that was never logged',
    act: ({ agent }) =>
      void agent.say(
        'tool_finished',
        {
          ...{ tool: 'set_status', action: 'update_status', action_class: 2, call_id: randomUUID() },
          outcome: 'succeeded',
          rollback_note: 'n',
        },
        { arguments: STATUS, result: 'ok' },
      ),
    flags: ['log_fields_present', 'unreviewed_sample'],
  },
  {
    name: 'a call that was dispatched and never heard of again',
    act: ({ agent }) =>
      void agent.say(
        'gate_decided',
        {
          ...{ tool: 'set_status', action: 'update_status', action_class: 2, call_id: randomUUID() },
          ...{ verdict: 'allow', reason: 'within_scope', enforcement: 'executed' },
          rollback_note: 'n',
        },
        { arguments: STATUS },
      ),
    flags: ['log_fields_present', 'unreviewed_sample'],
  },
  {
    name: 'an escalation',
    act: ({ agent }) =>
      void agent.say('escalated', { detail: { to: 'olga@example.com' } }, { output: 'too hard' }),
    end: (agent) => void agent.seal('escalated'),
    flags: ['escalation_noted'],
  },
  {
    name: 'a call that the gate held back',
    act: ({ agent }) =>
      void agent.say(
        'gate_decided',
        {
          tool: 'set_status',
          action_class: 2,
          call_id: randomUUID(),
          verdict: 'deny',
          reason: 'out_of_scope',
          enforcement: 'blocked',
        },
        { arguments: { ...STATUS, status: 'gone' } },
      ),
    flags: ['refused_actions'],
  },
  {
    name: 'a fact cited from data that the workflow may not read',
    act: ({ agent }) =>
      void agent.say(
        'source_cited',
        { detail: { origin: 'source', system: 'salaries', reference: '1' } },
        { output: 'rich' },
      ),
    flags: ['data_allowed'],
  },
  {
    name: 'spans of other instrumentation in the same run',
    act: ({ agent }) =>
      void agent.rows.push(span({ trace_id: agent.trace_id, attributes: agent.attributes() })),
    flags: [],
  },
];
