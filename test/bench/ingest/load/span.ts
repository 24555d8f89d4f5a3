import { GEN_AI, TOLLGATE } from '@tollgate/contract';
import type { Keystream } from './keystream.ts';
import { sentence } from './words.ts';

export type SpanAttributes = readonly (readonly [name: string, value: string | number])[];

/** What a span says, beside its ids and times. Each has 14 attributes. */
export interface SpanText {
  readonly name: string;
  readonly kind: number;
  readonly attributes: SpanAttributes;
}

/** A run, as its spans name it. */
export interface RunOfSpans {
  readonly run: string;
  readonly writer: string;
}

export const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1'] as const;
const WORKFLOW = 'ticket-triage';
const OWNER = 'ola@example.com';
const POLICY = `sha256:${'5f'.repeat(32)}`;

/** What the SDK says of a governed call, with its evidence record. */
export function governedSpan(of: RunOfSpans, seq: number, time: bigint, random: Keystream): SpanText {
  const kind = seq === 0 ? 'run_started' : seq % 2 === 1 ? 'gate_decided' : 'tool_finished';
  const tool = random.pick(['search_tickets', 'set_label', 'send_reply']);
  const call = random.uuid();
  return {
    name: kind === 'run_started' ? `invoke_workflow ${WORKFLOW}` : `gate ${tool}`,
    kind: 1,
    attributes: [
      [TOLLGATE.runId, of.run],
      [TOLLGATE.writer, of.writer],
      [TOLLGATE.workflow, WORKFLOW],
      [TOLLGATE.policyVersion, POLICY],
      [TOLLGATE.owner, OWNER],
      [TOLLGATE.team, 'support'],
      [GEN_AI.toolName, tool],
      [GEN_AI.toolCallId, call],
      [TOLLGATE.action, 'update_status'],
      [TOLLGATE.actionClass, 2],
      [TOLLGATE.verdict, 'allow'],
      [TOLLGATE.reason, 'class_2_allowed'],
      [TOLLGATE.enforcement, 'executed'],
      [TOLLGATE.record, recordText(of, seq, kind, tool, call, time, random)],
    ],
  };
}

/** Canonical JSON of a record's length and fields; that its chain holds is not what is measured. */
function recordText(
  { run, writer }: RunOfSpans,
  seq: number,
  kind: string,
  tool: string,
  call: string,
  time: bigint,
  random: Keystream,
): string {
  return JSON.stringify({
    action: 'update_status',
    action_class: 2,
    call_id: call,
    digests: { arguments: `sha256:${random.hex(64)}` },
    enforcement: 'executed',
    kind,
    owner: OWNER,
    policy_version: POLICY,
    prev: random.hex(64),
    run_id: run,
    schema: 'tollgate.record/1',
    seq,
    team: 'support',
    time: String(time),
    tool,
    verdict: 'allow',
    workflow: WORKFLOW,
    writer,
  });
}

/** What stock instrumentation says of a model call; in a governed run, with the run's id. */
export function modelSpan(of: RunOfSpans | undefined, random: Keystream): SpanText {
  const model = random.pick(MODELS);
  return {
    name: `chat ${model}`,
    kind: 3,
    attributes: [
      [GEN_AI.operation, 'chat'],
      [GEN_AI.provider, 'openai'],
      [GEN_AI.requestModel, model],
      [GEN_AI.responseModel, model],
      [GEN_AI.responseId, `chatcmpl-${random.hex(24)}`],
      [GEN_AI.inputTokens, 400 + random.below(4000)],
      [GEN_AI.outputTokens, 20 + random.below(400)],
      [GEN_AI.cacheReadTokens, random.below(400)],
      ['gen_ai.request.temperature', '0.2'],
      ['gen_ai.request.max_tokens', 1024],
      ['server.address', 'api.openai.com'],
      of === undefined ? ['gen_ai.conversation.id', random.uuid()] : [TOLLGATE.runId, of.run],
      [GEN_AI.inputMessages, `[{"role":"user","content":"${sentence(random, 44)}"}]`],
      [GEN_AI.outputMessages, `[{"role":"assistant","content":"${sentence(random, 24)}"}]`],
    ],
  };
}

/** What a web framework and a database driver say. */
export function plainSpan(random: Keystream): SpanText {
  const table = random.pick(['tickets', 'customers', 'labels', 'articles']);
  return {
    name: `GET /api/${table}`,
    kind: 2,
    attributes: [
      ['http.request.method', 'GET'],
      ['http.response.status_code', 200],
      ['http.route', `/api/${table}/{id}`],
      ['url.full', `https://helpdesk.example.com/api/${table}/${random.hex(12)}?expand=owner`],
      ['url.scheme', 'https'],
      ['server.address', 'helpdesk.example.com'],
      ['server.port', 443],
      ['client.address', `10.0.${random.below(256)}.${random.below(256)}`],
      ['network.protocol.version', '1.1'],
      ['user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'],
      ['db.system.name', 'postgresql'],
      ['db.query.text', `SELECT id, subject, ${sentence(random, 4)} FROM ${table} WHERE id = $1 LIMIT 20`],
      ['http.response.body.size', 1000 + random.below(60_000)],
      ['request.id', random.uuid()],
    ],
  };
}
