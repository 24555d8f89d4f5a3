import type * as z from 'zod/mini';
import type { evidence } from '../../../src/browser/api/evidence-shapes.ts';
import { COST, flags, RUN_ID, runs, SECOND_WRITER, SERVICE_WRITER, WRITER } from './data.ts';
import { hostile, times } from './hostile.ts';

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
  principal: fields.source === 'service' ? null : 'support-agent',
  writer: fields.source === 'service' ? SERVICE_WRITER : WRITER,
  record: record(fields.kind, seq),
  hash: `${seq}`.padStart(64, '0'),
  ...fields,
});

const CONTENT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'call-1': {
    arguments: { ticket: 42, token: '[masked]' },
    result: { tollgate_truncated: true, characters: 300_000, start: '{"subject":"Where is my refund?"' },
    redacted: { arguments: 'masked', result: 'cut' },
  },
  'call-2': { arguments: { reply: 'Dear Kim' }, result: hostile.markup },
  'fact-1': { output: 'The contract ends on 31 December.' },
  'fact-2': { output: `Kim is likely to renew. ${hostile.markup}` },
  'fact-3': { redacted: { output: 'withheld' } },
  'handed-over': { output: `The customer threatens to sue. ${hostile.bidi}` },
};

/** @param content whether content is sent along, which is asked for apart */
export function evidenceOf(content: boolean): z.input<typeof evidence> {
  const timeline: Entry[] = [
    entry(0, {
      kind: 'run_registered',
      source: 'service',
      actor: 'key:support',
      detail: { initiator: 'ivan@example.com', writer: WRITER },
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
    entry(6, {
      kind: 'source_cited',
      call_id: 'fact-3',
      detail: { origin: 'source', system: 'billing', reference: 'invoice/7' },
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
      kind: 'run_resumed',
      source: 'service',
      actor: 'support-agent',
      detail: { writer: SECOND_WRITER, key_id: 'k-1', earlier_writers: [WRITER] },
    }),
    entry(12, {
      kind: 'gate_decided',
      writer: SECOND_WRITER,
      call_id: 'call-5',
      tool: 'send_reply',
      action_class: 3,
      verdict: 'deny',
      reason: 'already_dispatched',
      enforcement: 'refused',
      approval_id: 'a-3',
    }),
    entry(13, {
      kind: 'consume_refused',
      source: 'service',
      actor: 'ivan@example.com',
      tool: 'send_reply',
      verdict: 'deny',
      reason: 'grant_unusable',
      enforcement: 'refused',
      approval_id: 'a-1',
      detail: { code: 'glass_not_allowed', asked_for: 'break_glass' },
    }),
    entry(14, {
      kind: 'glass_broken',
      source: 'service',
      actor: 'olga@example.com',
      tool: 'deploy',
      action_class: 3,
      verdict: 'require_approval',
      reason: 'break_glass',
      enforcement: 'waiting',
      approval_id: 'a-3',
      detail: { reason: 'The shop is down.', expires_at: '1790000000000000001', by_initiator: false },
    }),
    entry(15, {
      kind: 'budget_warned',
      source: 'service',
      detail: {
        ...{ percent: 80, account: `run:${RUN_ID}`, limit: 'per_run', name: RUN_ID },
        ...{ limit_usd: '0.5', spent_usd: '0.41', reserved_usd: '0' },
      },
    }),
    entry(16, {
      kind: 'escalated',
      writer: SECOND_WRITER,
      call_id: 'handed-over',
      detail: { to: 'olga@example.com' },
    }),
    entry(17, {
      kind: 'run_sealed',
      writer: SECOND_WRITER,
      final_status: 'escalated',
      detail: { writers: [{ writer: SECOND_WRITER, count: 3 }] },
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
        cost_note: 'unreadable',
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
      { call_id: '', tool: '', verdict: 'deny', reason: 'over_budget', enforcement: 'refused' },
      {
        call_id: 'call-5',
        tool: 'send_reply',
        action_class: 3,
        verdict: 'deny',
        reason: 'already_dispatched',
        enforcement: 'refused',
        outcome: 'unknown',
      },
    ],
    cost: COST,
    chain: {
      whole: false,
      writers: [
        {
          ...{ writer: WRITER, source: 'agent', records: 12, head: 'cd'.repeat(32) },
          ...{ whole: false, end_proven: false },
        },
        { writer: SECOND_WRITER, source: 'agent', records: 3, head: 'ba'.repeat(32), whole: true },
        { writer: SERVICE_WRITER, source: 'service', records: 2, head: 'ef'.repeat(32), whole: true },
      ],
      findings: [{ writer: WRITER, problem: 'record 4 does not name the record before it' }],
      unproven: [{ writer: WRITER, why: 'no seal states how many records this process wrote' }],
    },
    flags: flags.filter((one) => one.run_id === RUN_ID),
  };
}

function fail(message: string): never {
  throw new Error(message);
}
