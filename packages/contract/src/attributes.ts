/**
 * Every attribute name that Tollgate reads or writes, in one place.
 *
 * The GenAI conventions have left `@opentelemetry/semantic-conventions` (still exported there, deprecated), so the
 * few names in use are kept here; old names are the ones that instrumentation in the field still sends.
 * Source: OpenTelemetry semantic conventions for generative AI.
 */
export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  providerOld: 'gen_ai.system',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  inputTokens: 'gen_ai.usage.input_tokens',
  inputTokensOld: 'gen_ai.usage.prompt_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  outputTokensOld: 'gen_ai.usage.completion_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  agentName: 'gen_ai.agent.name',
  conversationId: 'gen_ai.conversation.id',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
} as const;

/** Attributes of Tollgate's own, all under `tollgate.`; DESIGN.md, section 5. */
export const TOLLGATE = {
  record: 'tollgate.record',
  runId: 'tollgate.run.id',
  writer: 'tollgate.writer',
  workflow: 'tollgate.workflow',
  policyVersion: 'tollgate.policy.version',
  owner: 'tollgate.owner',
  team: 'tollgate.team',
  initiator: 'tollgate.initiator',
  action: 'tollgate.action',
  actionClass: 'tollgate.action.class',
  verdict: 'tollgate.verdict',
  reason: 'tollgate.reason',
  enforcement: 'tollgate.enforcement',
  outcome: 'tollgate.outcome',
  approvalId: 'tollgate.approval.id',
  finalStatus: 'tollgate.final_status',
  rollbackNote: 'tollgate.rollback_note',
  costUsd: 'tollgate.cost.usd',
  costSource: 'tollgate.cost.source',
  /** Of the cache creation that GenAI conventions count, what lives for an hour; and the tier that served the call. They have no name there. */
  cacheCreation1hTokens: 'tollgate.usage.cache_creation_1h_tokens',
  serviceTier: 'tollgate.service_tier',
  /** A resource attribute that only a collector sets, from the authenticated ingest key. */
  principal: 'tollgate.principal',
  /** A resource attribute on the way to the landing views only, likewise from the key: the workflows it is bound to. */
  principalWorkflows: 'tollgate.principal.workflows',
} as const;

/** Names that are no metadata of a span: the record is kept apart, and what a key says is not the sender's to say. */
const NOT_METADATA: readonly string[] = [TOLLGATE.record, TOLLGATE.principal, TOLLGATE.principalWorkflows];

/** Content attributes of governed spans: canonical JSON, stored apart from metadata, erasable (invariant 11). */
export const CONTENT = {
  input: 'tollgate.content.input',
  output: 'tollgate.content.output',
  arguments: 'tollgate.content.arguments',
  result: 'tollgate.content.result',
  /** JSON map of digest field → nonce in hex, without which a digest cannot be recomputed. */
  nonces: 'tollgate.content.nonces',
  /** JSON map of content field → `masked`, `cut` or `withheld`; absent where all content is as it was. */
  redacted: 'tollgate.content.redacted',
} as const;

/** `gen_ai.operation.name` values that are one call to a model; every other operation only repeats such usage. */
export const MODEL_OPERATIONS = ['chat', 'text_completion', 'generate_content', 'embeddings'] as const;

/**
 * Span attributes known to be metadata. Whatever is not listed here is content and lands in the content table:
 * an unknown name costs a join at worst, while a leaked prompt cannot be taken back.
 */
export const METADATA_ATTRIBUTES: readonly string[] = [
  ...[
    GEN_AI.operation,
    GEN_AI.provider,
    GEN_AI.providerOld,
    GEN_AI.requestModel,
    GEN_AI.responseModel,
    GEN_AI.responseId,
    GEN_AI.inputTokens,
    GEN_AI.inputTokensOld,
    GEN_AI.outputTokens,
    GEN_AI.outputTokensOld,
    GEN_AI.cacheReadTokens,
    GEN_AI.cacheCreationTokens,
    GEN_AI.reasoningTokens,
    GEN_AI.agentName,
    GEN_AI.conversationId,
    GEN_AI.toolName,
    GEN_AI.toolCallId,
    'gen_ai.response.finish_reasons',
    'gen_ai.request.temperature',
    'gen_ai.request.max_tokens',
    'gen_ai.request.stream',
    'gen_ai.output.type',
    'gen_ai.tool.type',
    'gen_ai.agent.id',
  ],
  ...Object.values(TOLLGATE).filter((name) => !NOT_METADATA.includes(name)),
  'error.type',
  'server.address',
  'server.port',
  'http.request.method',
  'http.response.status_code',
  'mcp.method.name',
];

/** Names of spans, by what they stand for; DESIGN.md, section 5. */
export const spanName = {
  run: (workflow: string) => `invoke_workflow ${workflow}`,
  model: (model: string) => `chat ${model}`,
  tool: (tool: string) => `execute_tool ${tool}`,
  gate: (tool: string) => `gate ${tool}`,
  requestApproval: (tool: string) => `request_approval ${tool}`,
  decideApproval: (tool: string) => `decide_approval ${tool}`,
  escalate: (workflow: string) => `escalate ${workflow}`,
  cite: (workflow: string) => `cite ${workflow}`,
  review: (workflow: string) => `review ${workflow}`,
} as const;
