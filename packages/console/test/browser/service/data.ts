import type * as z from 'zod/mini';

import type { coverageList } from '../../../src/browser/api/coverage-shapes.ts';

import type { notification } from '../../../src/browser/api/notification-shapes.ts';

import type { approval, costs, flag, run, sample, session } from '../../../src/browser/api/shapes.ts';
import { hostile, times } from './hostile.ts';

/** Answers of the API by its page, as the service would send them. Times are around now, because pages count down. */

export const RUN_ID = '0199f0aa-1111-7abc-8def-000000000001';
export const WRITER = '3b7c9f0e-52a1-4d8e-9c55-6a0b1c2d3e4f';
/** Of the process that resumed the run. */
export const SECOND_WRITER = '5a2f3c1d-0b4e-4f6a-8c7d-9e8f7a6b5c4d';
export const SERVICE_WRITER = '9d1f0b77-0c1e-4c1d-8f61-0a2b3c4d5e6f';
const POLICY = `sha256:${'a1b2c3d4'.repeat(8)}`;

export const who: z.input<typeof session> = {
  name: 'ada@example.com',
  display_name: 'Ada Approver',
  roles: ['owner', 'reviewer', 'approver'],
  teams: ['support', 'sales'],
  groups: ['leads'],
};

export const COST = { usd: '0.004215000000001', calls: 3, unpriced_calls: 1 };

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

/** `flag_id` is what the service filters by. */
export const notifications: (z.input<typeof notification> & { flag_id: string })[] = [
  {
    flag_id: 'f-4',
    notification_id: 'n-1',
    state: 'delivered',
    opened_at: times.ago(900),
    due_at: times.ahead(900),
    next_attempt_at: null,
    settled_at: times.ago(890),
    acknowledged_by: `ada@example.com ${hostile.markup}`,
    acknowledged_at: times.ago(600),
    closed_at: null,
    suspended: true,
    webhook: { host: 'hooks.example.com', kind: 'slack' },
    attempts: [
      { attempt: 1, at: times.ago(899), outcome: 'timeout', status: null },
      { attempt: 2, at: times.ago(890), outcome: 'delivered', status: 204 },
    ],
  },
  {
    flag_id: 'f-2',
    notification_id: 'n-2',
    state: 'waiting',
    opened_at: times.ago(900),
    due_at: times.ago(60),
    next_attempt_at: times.ahead(60),
    settled_at: null,
    acknowledged_by: null,
    acknowledged_at: null,
    closed_at: null,
    suspended: false,
    webhook: { host: 'hooks.example.com', kind: 'standard' },
    attempts: [{ attempt: 1, at: times.ago(800), outcome: 'address_not_allowed', status: null }],
  },
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
    flag_id: 'f-4',
    control: 'break_glass_used',
    severity: 'critical',
    workflow: 'deploy-checks',
    run_id: RUN_ID,
    owner: 'olga@example.com',
    team: 'support',
    state: 'open',
    raised_at: times.ago(7000),
    summary: 'olga@example.com broke glass for the call call-6 of deploy: nobody approved it.',
    evidence: {
      ...{ approval_id: 'a-3', tool: 'deploy', call_id: 'call-6', by: 'olga@example.com' },
      ...{ reason: 'The shop is down.', by_initiator: false },
    },
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

export const reviewReports = {
  items: [
    {
      ...{ workflow: 'support-triage', actions: 1240, samples: 62, reviewed_in_time: 55 },
      ...{ reviewed_late: 3, overdue: 1, pending: 3 },
    },
  ],
  next_cursor: null,
};

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
    owner: 'olga@example.com',
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
    can_break_glass: true,
  },
  {
    approval_id: 'a-3',
    state: 'consumed',
    workflow: 'deploy-checks',
    run_id: RUN_ID,
    tool: 'deploy',
    action: 'deploy',
    action_class: 3,
    owner: 'olga@example.com',
    initiator: 'ivan@example.com',
    initiator_verified: true,
    requested_at: times.ago(7200),
    expires_at: times.ago(6600),
    arguments: null,
    binding: `sha256:${'2d'.repeat(32)}`,
    approvers: ['ada@example.com'],
    needed: 1,
    break_glass: {
      by: 'olga@example.com',
      reason: `The shop is down. ${hostile.markup}`,
      at: times.ago(7100),
    },
    decisions: [],
  },
  {
    approval_id: 'a-4',
    state: 'consumed',
    workflow: 'support-triage',
    run_id: RUN_ID,
    tool: 'send_reply',
    action: 'send_message',
    action_class: 3,
    requested_at: times.ago(9000),
    expires_at: times.ago(7200),
    binding: `sha256:${'3c'.repeat(32)}`,
    approvers: ['group:leads'],
    needed: 1,
    decisions: [
      { decided_by: 'lea@example.com', decision: 'approve', reason: 'Fine.', decided_at: times.ago(8998) },
    ],
  },
];

export const coverage: z.input<typeof coverageList> = {
  evaluated_until: times.ago(20),
  items: [
    {
      ...{ control: 'approval_matches', workflow: 'support-triage', population_of: 'calls' },
      ...{ population: 312, passed: 310, failed: 1, unknown: 1 },
    },
    {
      ...{ control: 'owner_named', workflow: 'support-triage', population_of: 'runs' },
      ...{ population: 90, passed: 90, failed: 0, unknown: 0 },
    },
  ],
};

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
