import type * as z from 'zod/mini';
import type {
  approval,
  costs,
  evidence,
  flag,
  run,
  sample,
  session,
} from '../../../src/browser/api/shapes.ts';
import { hostile, times } from './hostile.ts';

/** Answers of the API by its page, as the service would send them. Times are around now, because pages count down. */

export const RUN_ID = '0199f0aa-1111-7abc-8def-000000000001';
const WRITER = '3b7c9f0e-52a1-4d8e-9c55-6a0b1c2d3e4f';
export const SERVICE_WRITER = '9d1f0b77-0c1e-4c1d-8f61-0a2b3c4d5e6f';
const POLICY = `sha256:${'a1b2c3d4'.repeat(8)}`;

export const who: z.input<typeof session> = {
  name: 'ada@example.com',
  display_name: 'Ada Approver',
  roles: ['owner', 'reviewer', 'approver'],
  teams: ['support', 'sales'],
  groups: ['leads'],
};

const COST = { usd: '0.004215000000001', calls: 3, unpriced_calls: 1 };

export const runs: z.input<typeof run>[] = [
  {
    run_id: RUN_ID,
    workflow: 'support-triage',
    policy_version: POLICY,
    owner: 'olga@example.com',
    team: 'support',
    initiator: 'ivan@example.com',
    initiator_verified: true,
    status: 'escalated',
    started_at: times.ago(3600),
    ended_at: times.ago(3400),
    cost: COST,
    open_flags: 1,
  },
  ...(['completed', 'blocked', 'refused', 'over_budget', 'unsealed'] as const).map((status, index) => ({
    run_id: `0199f0aa-2222-7abc-8def-00000000000${index}`,
    workflow: index % 2 === 0 ? 'account-research' : 'support-triage',
    policy_version: POLICY,
    owner: 'sam@example.com',
    team: 'sales',
    initiator: index === 4 ? hostile.markup : 'cron',
    initiator_verified: false,
    status,
    started_at: times.ago(7200 + index * 600),
    ended_at: status === 'unsealed' ? null : times.ago(7100 + index * 600),
    cost: { usd: index === 0 ? null : `0.0${index}5`, calls: index, unpriced_calls: index === 3 ? 3 : 0 },
  })),
];

export const flags: z.input<typeof flag>[] = [
  {
    flag_id: 'f-1',
    control: 'unreviewed_sample',
    severity: 'warning',
    workflow: 'support-triage',
    run_id: RUN_ID,
    owner: 'olga@example.com',
    team: 'support',
    state: 'open',
    raised_at: times.ago(3000),
    due_at: times.ago(600),
    summary: 'The sample of prepare_reply was due and nobody has reviewed it.',
    evidence: { sample_id: 's-1', due_at: times.ago(600) },
  },
  {
    flag_id: 'f-2',
    control: 'budget_breach',
    severity: 'critical',
    workflow: 'account-research',
    run_id: null,
    owner: 'sam@example.com',
    team: 'sales',
    state: 'open',
    raised_at: times.ago(900),
    due_at: null,
    summary: `The day's limit of $2.00 is passed: $2.41 ${hostile.markup}`,
    evidence: { spent_usd: '2.410000', limit_usd: '2.00' },
  },
  {
    flag_id: 'f-3',
    control: 'rollback_note_present',
    severity: 'info',
    workflow: 'support-triage',
    run_id: RUN_ID,
    owner: 'olga@example.com',
    team: 'support',
    state: 'resolved',
    raised_at: times.ago(90_000),
    summary: 'A call had no rollback note.',
    evidence: {},
    resolved_by: 'olga@example.com',
    resolved_at: times.ago(80_000),
    note: 'The tool was read-only; its class is corrected.',
  },
];

export const samples: z.input<typeof sample>[] = [
  {
    sample_id: 's-1',
    workflow: 'support-triage',
    run_id: RUN_ID,
    call_id: 'call-2',
    tool: 'prepare_reply',
    action: 'prepare_customer_reply',
    owner: 'olga@example.com',
    team: 'support',
    state: 'overdue',
    sampled_at: times.ago(3500),
    due_at: times.ago(600),
    reviewers: ['group:leads'],
    why: 'first_runs',
  },
  {
    sample_id: 's-2',
    workflow: 'account-research',
    run_id: RUN_ID,
    call_id: 'call-9',
    tool: 'create_note',
    action: 'create_internal_record',
    state: 'pending',
    sampled_at: times.ago(3500),
    due_at: times.ahead(86_400 * 2),
    reviewers: ['group:leads'],
    why: 'drawn',
  },
];

export const approvals: z.input<typeof approval>[] = [
  {
    approval_id: 'a-1',
    state: 'waiting',
    workflow: 'support-triage',
    run_id: RUN_ID,
    tool: 'send_reply',
    action: 'send_message',
    action_class: 3,
    owner: 'olga@example.com',
    team: 'support',
    initiator: 'ivan@example.com',
    initiator_verified: true,
    requested_at: times.ago(60),
    expires_at: times.ahead(1790),
    can_decide: true,
    requested_by: 'key:support',
    purpose: `The customer asked twice. ${hostile.markup}`,
    policy_version: POLICY,
    arguments: JSON.stringify({
      amount: 12.5,
      body: `Dear Kim,\nyour refund is on its way.${hostile.bidi}`,
      cc: [],
      nested: { html: hostile.markup, to: ['kim@customer.example'] },
    }),
    binding: `sha256:${'0f'.repeat(32)}`,
    rollback_note: 'Send a correction to kim@customer.example.',
    raised_by: ['the action send_message is of class 3'],
    approvers: ['ada@example.com', 'group:leads'],
    needed: 1,
    decisions: [],
  },
  {
    approval_id: 'a-2',
    can_decide: false,
    state: 'waiting',
    workflow: 'deploy-checks',
    run_id: RUN_ID,
    tool: 'deploy',
    action: 'deploy',
    action_class: 3,
    initiator: 'ada@example.com',
    initiator_verified: true,
    requested_at: times.ago(30),
    expires_at: times.ahead(200),
    arguments: '{"version":"1.4.2"}',
    binding: `sha256:${'1e'.repeat(32)}`,
    rollback_note: 'deploy 1.4.1',
    raised_by: ['risk production'],
    approvers: ['ada@example.com'],
    needed: 2,
    decisions: [],
  },
];

export const costsByWorkflow: z.input<typeof costs> = {
  items: [
    {
      workflow: 'account-research',
      calls: 1240,
      unpriced_calls: 12,
      cost_usd: '2.410000',
      input_tokens: 1_240_000,
      output_tokens: 81_000,
    },
    {
      workflow: 'support-triage',
      calls: 77,
      unpriced_calls: 0,
      cost_usd: '0.904215000000001',
      input_tokens: 90_100,
      output_tokens: 7000,
    },
    {
      workflow: 'deploy-checks',
      calls: 4,
      unpriced_calls: 4,
      cost_usd: '0',
      input_tokens: null,
      output_tokens: null,
    },
  ],
  total: {
    calls: 1321,
    unpriced_calls: 16,
    cost_usd: '3.314215000000001',
    input_tokens: 1_330_100,
    output_tokens: 88_000,
  },
};

const record = (kind: string, seq: number) =>
  JSON.stringify({
    kind,
    prev: 'ab'.repeat(32),
    run_id: RUN_ID,
    schema: 'tollgate.record/1',
    seq,
    writer: WRITER,
  });

type Entry = z.input<typeof evidence>['timeline'][number];
const entry = (
  seq: number,
  fields: Omit<Entry, 'time' | 'source'> & { readonly source?: string },
): Entry => ({
  time: times.ago(3600 - seq * 7),
  source: 'agent',
  principal: 'support-agent',
  record: record(fields.kind, seq),
  hash: `${seq}`.padStart(64, '0'),
  ...fields,
});

const CONTENT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'call-1': { arguments: { ticket: 42 }, result: { subject: 'Where is my refund?' } },
  'call-2': { arguments: { reply: 'Dear Kim' }, result: hostile.markup },
  'fact-1': { output: 'The contract ends on 31 December.' },
  'fact-2': { output: `Kim is likely to renew. ${hostile.markup}` },
};

/** @param content whether content is sent along, which is asked for apart */
export function evidenceOf(content: boolean): z.input<typeof evidence> {
  const timeline: Entry[] = [
    entry(0, {
      kind: 'run_registered',
      source: 'service',
      actor: 'key:support',
      detail: { initiator: 'ivan@example.com' },
    }),
    entry(1, { kind: 'run_started', detail: { initiator: 'ivan@example.com' } }),
    entry(2, { kind: 'model_called', model: 'gpt-4.1-mini', cost_usd: '0.000215' }),
    entry(3, {
      kind: 'gate_decided',
      call_id: 'call-1',
      tool: 'read_ticket',
      action: 'read',
      action_class: 1,
      verdict: 'allow',
      reason: 'class_1_allowed',
      enforcement: 'executed',
    }),
    entry(4, {
      kind: 'tool_finished',
      call_id: 'call-1',
      tool: 'read_ticket',
      action_class: 1,
      verdict: 'allow',
      enforcement: 'executed',
      outcome: 'succeeded',
    }),
    entry(5, {
      kind: 'source_cited',
      call_id: 'fact-1',
      detail: { origin: 'source', system: 'crm', reference: 'account/42' },
    }),
    entry(6, {
      kind: 'source_cited',
      call_id: 'fact-2',
      detail: { origin: 'inference', model: 'gpt-4.1-mini' },
    }),
    entry(7, {
      kind: 'gate_decided',
      call_id: 'call-2',
      tool: 'prepare_reply',
      action: 'prepare_customer_reply',
      action_class: 2,
      verdict: 'allow',
      reason: 'within_scope',
      enforcement: 'executed',
      rollback_note: 'Delete draft 7.',
    }),
    entry(8, {
      kind: 'tool_finished',
      call_id: 'call-2',
      tool: 'prepare_reply',
      action_class: 2,
      verdict: 'allow',
      enforcement: 'executed',
      outcome: 'unknown',
    }),
    entry(9, {
      kind: 'gate_decided',
      call_id: 'call-3',
      tool: hostile.markup,
      action_class: 3,
      verdict: 'deny',
      reason: 'tool_not_listed',
      enforcement: 'blocked',
    }),
    entry(10, {
      kind: 'approval_requested',
      source: 'service',
      call_id: 'call-4',
      tool: 'send_reply',
      action_class: 3,
      verdict: 'require_approval',
      reason: 'approval_required',
      enforcement: 'waiting',
      approval_id: 'a-1',
    }),
    entry(11, {
      kind: 'escalated',
      detail: { reason: `The customer threatens to sue. ${hostile.bidi}`, to: 'olga@example.com' },
    }),
    entry(12, {
      kind: 'run_sealed',
      final_status: 'escalated',
      detail: { writers: { [WRITER]: { count: 12 } } },
    }),
  ];
  return {
    run: runs[0] ?? fail('no run'),
    timeline: content
      ? timeline.map((one) => ({ ...one, content: CONTENT[one.call_id ?? ''] ?? null }))
      : timeline,
    model_calls: [
      {
        start: times.ago(3586),
        provider: 'openai',
        model: 'gpt-4.1-mini',
        scope_name: 'tollgate',
        input_tokens: 1200,
        output_tokens: 80,
        cost_usd: '0.000215',
        cost_source: 'local',
        counted: true,
        why: 'only_report',
      },
      {
        start: times.ago(3586),
        provider: 'openai',
        model: 'gpt-4.1-mini',
        scope_name: '@opentelemetry/instrumentation-openai',
        input_tokens: 1200,
        output_tokens: 80,
        cost_usd: '0.000215',
        cost_source: 'local',
        counted: false,
        why: 'same_response_id_as_another_report',
      },
      {
        start: times.ago(3500),
        provider: 'acme',
        model: 'acme-large-2',
        scope_name: 'tollgate',
        input_tokens: null,
        output_tokens: null,
        cost_usd: null,
        unpriced_reason: 'model_not_in_price_list',
        counted: true,
        why: null,
      },
    ],
    tool_calls: [
      {
        call_id: 'call-1',
        tool: 'read_ticket',
        action: 'read',
        action_class: 1,
        verdict: 'allow',
        reason: 'class_1_allowed',
        enforcement: 'executed',
        outcome: 'succeeded',
      },
      {
        call_id: 'call-2',
        tool: 'prepare_reply',
        action: 'prepare_customer_reply',
        action_class: 2,
        verdict: 'allow',
        reason: 'within_scope',
        enforcement: 'executed',
        outcome: 'unknown',
        rollback_note: 'Delete draft 7.',
      },
      {
        call_id: 'call-3',
        tool: hostile.markup,
        action_class: 3,
        verdict: 'deny',
        reason: 'tool_not_listed',
        enforcement: 'blocked',
        outcome: null,
      },
    ],
    cost: COST,
    chain: {
      whole: false,
      writers: [
        { writer: WRITER, source: 'agent', records: 12, head: 'cd'.repeat(32), whole: false },
        { writer: SERVICE_WRITER, source: 'service', records: 2, head: 'ef'.repeat(32), whole: true },
      ],
      findings: [{ writer: WRITER, problem: 'record 4 does not name the record before it' }],
    },
    flags: flags.filter((one) => one.run_id === RUN_ID),
  };
}

function fail(message: string): never {
  throw new Error(message);
}
