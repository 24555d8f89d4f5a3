import { METADATA_ATTRIBUTES, MODEL_OPERATIONS } from '@tollgate/contract';
import { userOf } from '../roles.ts';
import { ALIASES, RESOURCE_METADATA } from './aliases.ts';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/**
 * Why a landing row is not stored as a span; '' says that it is. Times: nothing instrumented an agent before 2015, and a
 * clock more than a day ahead would hide rows from every page and, past 2106, wrap in functions of dates. Durations: a run
 * may wait for people for long, but a span that ends before it starts has wrapped to centuries.
 */
const REJECTION = `multiIf(
    NOT match(TraceId, '^[0-9a-f]{32}$') OR TraceId = repeat('0', 32), 'bad_trace_id',
    NOT match(SpanId, '^[0-9a-f]{16}$') OR SpanId = repeat('0', 16), 'bad_span_id',
    NOT match(ParentSpanId, '^([0-9a-f]{16})?$'), 'bad_parent_span_id',
    Timestamp < toDateTime64('2015-01-01 00:00:00', 9, 'UTC'), 'time_too_early',
    Timestamp > now + INTERVAL 1 DAY, 'time_in_the_future',
    Duration > 34560000000000000, 'bad_duration',
    SpanAttributes['tollgate.run.id'] != '' AND NOT match(SpanAttributes['tollgate.run.id'], '${UUID}'), 'bad_run_id',
    '')`;

const DASHED_TRACE = [
  [1, 8],
  [9, 4],
  [13, 4],
  [17, 4],
  [21, 12],
]
  .map(([from, length]) => `substring(TraceId, ${from}, ${length})`)
  .join(`, '-', `);

/** Over every column of the exporter's row, and nothing that a collector adds at receipt or a session's settings change. */
const SPAN_HASH = `reinterpretAsUInt128(sipHash128(
    toUnixTimestamp64Nano(Timestamp), TraceId, SpanId, ParentSpanId, TraceState, toString(SpanName), toString(SpanKind), toString(ServiceName),
    toString(ResourceAttributes), ScopeName, ScopeVersion, toString(SpanAttributes), Duration, toString(StatusCode), StatusMessage,
    toString(arrayMap(t -> toUnixTimestamp64Nano(t), \`Events.Timestamp\`)), toString(\`Events.Name\`), toString(\`Events.Attributes\`),
    toString(\`Links.TraceId\`), toString(\`Links.SpanId\`), toString(\`Links.TraceState\`), toString(\`Links.Attributes\`)))`;

const OPERATION_NAMES = list(MODEL_OPERATIONS);

/**
 * One call to a model. Agent, workflow and tool spans only repeat the usage of their children. Without an operation name, a
 * span with usage counts, unless its instrumentation calls it something else: OpenInference names the kind of each span, and
 * of the Vercel AI SDK's spans only the inner `.do…` ones are calls.
 */
const IS_MODEL_CALL = `(
    attributes['gen_ai.operation.name'] IN ${OPERATION_NAMES}
    OR (attributes['gen_ai.operation.name'] = ''
      AND (${firstOf(ALIASES.inputTokens)} != '' OR ${firstOf(ALIASES.outputTokens)} != '')
      AND attributes['openinference.span.kind'] IN ('', 'LLM', 'EMBEDDING')
      AND (attributes['ai.operationId'] = '' OR match(attributes['ai.operationId'], '[.]do[A-Z]'))
      AND NOT match(name, '^(invoke_agent|invoke_workflow|execute_tool|create_agent)')))`;

const prefixes = RESOURCE_METADATA.prefixes.map((prefix) => `startsWith(k, ${quote(prefix)})`).join(' OR ');

/** SQL expressions over a landing row, or over a parsed one, by the name of the placeholder that migrations use for them. */
export const FRAGMENTS: Readonly<Record<string, string>> = {
  OWNER: userOf('owner'),
  RUN_ID: `ifNull(toUUIDOrNull(SpanAttributes['tollgate.run.id']), toUUIDOrZero(concat(${DASHED_TRACE})))`,
  // A long value is content whatever its name says.
  IS_METADATA: `(k IN ${list([...METADATA_ATTRIBUTES, ...Object.values(ALIASES).flat()])} AND length(v) <= 1024)`,
  RESOURCE_METADATA: `(k IN ${list(RESOURCE_METADATA.names)} OR ${prefixes})`,
  REJECTION,
  SPAN_HASH,
  IS_MODEL_CALL,
  PROCESS: `if(resource['service.instance.id'] != '', resource['service.instance.id'],
      if(resource['process.pid'] != '', concat(resource['host.name'], '/', resource['process.pid']), ''))`,
  OPERATION: `if(attributes['gen_ai.operation.name'] != '', attributes['gen_ai.operation.name'], 'chat')`,
  PROVIDER: firstOf(ALIASES.provider),
  MODEL: firstOf(ALIASES.model),
  RESPONSE_ID: firstOf(ALIASES.responseId),
  INPUT_TOKENS: firstOf(ALIASES.inputTokens),
  OUTPUT_TOKENS: firstOf(ALIASES.outputTokens),
  CACHE_READ_TOKENS: firstOf(ALIASES.cacheReadTokens),
  CACHE_CREATION_TOKENS: firstOf(ALIASES.cacheCreationTokens),
  REASONING_TOKENS: firstOf(ALIASES.reasoningTokens),
};

/** The first attribute of these names that is there and not empty, else ''. */
function firstOf(names: readonly string[]): string {
  return names.reduceRight((rest, name) => {
    const value = `attributes[${quote(name)}]`;
    return rest === '' ? value : `if(${value} != '', ${value}, ${rest})`;
  }, '');
}

function list(words: readonly string[]): string {
  return `(${[...new Set(words)].map(quote).join(', ')})`;
}

/** A SQL string. What comes here is from this repository, never from a request; it is quoted all the same. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
