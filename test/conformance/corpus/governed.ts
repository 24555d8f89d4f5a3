import {
  appendRecord,
  CONTENT,
  canonicalJson,
  GEN_AI,
  type RecordFields,
  spanName,
  startChain,
  TOLLGATE,
} from '@tollgate/contract';
import type { Attributes, ResourceSpec, SpanSpec } from '../support/otlp.ts';
import { NOON, SECOND, spanId, traceId, uuid } from './ids.ts';

const WORKFLOW = 'support-triage';
const POLICY = `sha256:${'ab'.repeat(32)}`;
const COMMON = { workflow: WORKFLOW, policy_version: POLICY, owner: 'dana@example.org', team: 'support' };

type Step = Omit<RecordFields, keyof typeof COMMON | 'time'> & { span: string; more?: Attributes };

const STEPS: readonly Step[] = [
  { kind: 'run_started', span: spanName.run(WORKFLOW), more: [[TOLLGATE.initiator, 'erin']] },
  {
    kind: 'model_called',
    span: spanName.model('gpt-4o'),
    model: 'gpt-4o',
    usage: { input_tokens: 1200, output_tokens: 80, cache_read_tokens: 1000 },
    more: [
      [GEN_AI.operation, 'chat'],
      [GEN_AI.provider, 'openai'],
      [GEN_AI.responseModel, 'gpt-4o'],
      [GEN_AI.inputTokens, { int: 1200 }],
      [GEN_AI.outputTokens, { int: 80 }],
      [GEN_AI.cacheReadTokens, { int: 1000 }],
      [CONTENT.input, canonicalJson([{ role: 'user', content: 'Where is my order? ünï 😀' }])],
      [CONTENT.nonces, canonicalJson({ input: '00ff'.repeat(8) })],
    ],
  },
  {
    kind: 'gate_decided',
    span: spanName.gate('send_reply'),
    tool: 'send_reply',
    call_id: 'call-1',
    action: 'send_message',
    action_class: 3,
    verdict: 'require_approval',
    enforcement: 'waiting',
    approval_id: uuid('approval'),
  },
  {
    kind: 'tool_finished',
    span: spanName.tool('send_reply'),
    tool: 'send_reply',
    call_id: 'call-1',
    action: 'send_message',
    action_class: 3,
    verdict: 'require_approval',
    enforcement: 'executed',
    outcome: 'succeeded',
    approval_id: uuid('approval'),
    rollback_note: 'Send a correction; "quotes" and \\ kept.',
    more: [[CONTENT.arguments, canonicalJson({ to: 'x@example.org', text: "'; DROP TABLE spans --" })]],
  },
  {
    kind: 'run_sealed',
    span: spanName.run(WORKFLOW),
    final_status: 'completed',
    more: [[TOLLGATE.finalStatus, 'completed']],
  },
];

/** A whole run as the SDK sends it: one chained record a span, content beside it. */
export function governedRun(name: string): ResourceSpec[] {
  const run = uuid(`run ${name}`);
  const writer = uuid(`writer ${name}`);
  let chain = startChain(run, writer, POLICY);
  const spans: SpanSpec[] = STEPS.map(({ span, more = [], ...fields }, index) => {
    const start = NOON + BigInt(index) * SECOND;
    const { text, next } = appendRecord(chain, { ...COMMON, ...fields, time: String(start) });
    chain = next;
    return {
      traceId: traceId(name),
      spanId: spanId(`${name} ${index}`),
      ...(index === 0 ? {} : { parentSpanId: spanId(`${name} 0`) }),
      name: span,
      kind: 1,
      start,
      end: start + BigInt(index) * 1_000_001n,
      attributes: [
        [TOLLGATE.record, text],
        [TOLLGATE.runId, run],
        [TOLLGATE.writer, writer],
        [TOLLGATE.workflow, WORKFLOW],
        [TOLLGATE.policyVersion, POLICY],
        [TOLLGATE.owner, COMMON.owner],
        [TOLLGATE.team, COMMON.team],
        ...more,
      ],
      status: { code: 1 },
    };
  });
  return [{ resource: RESOURCE, scopes: [{ name: '@tollgate/instrumentation', version: '0.1.0', spans }] }];
}

const RESOURCE: Attributes = [
  ['service.name', 'support-agent'],
  ['service.instance.id', uuid('instance')],
  ['process.pid', { int: 4711 }],
  ['telemetry.sdk.language', 'nodejs'],
];
