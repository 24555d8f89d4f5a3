import { CONVENTION_ATTRIBUTES, METADATA_ATTRIBUTES, MODEL_CALL_MARKERS } from '@tollgate/contract';
import { userOf } from '../roles.ts';
import { textOf } from './attribute-text.ts';
import { isModelCall } from './model-call.ts';
import { RESOURCE_METADATA } from './resource-metadata.ts';
import { providerOfRule, ruleSays, scopeRule } from './scope-meaning.ts';
import { serviceTier } from './service-tier.ts';
import { list, quote } from './sql.ts';

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

const METADATA = [
  ...METADATA_ATTRIBUTES,
  ...CONVENTION_ATTRIBUTES,
  ...MODEL_CALL_MARKERS.map(({ attribute }) => attribute),
];

const prefixes = RESOURCE_METADATA.prefixes.map((prefix) => `startsWith(k, ${quote(prefix)})`).join(' OR ');

/** SQL expressions over a landing row, or over a parsed one, by the name of the placeholder that migrations use for them. */
export const FRAGMENTS: Readonly<Record<string, string>> = {
  OWNER: userOf('owner'),
  RUN_ID: `ifNull(toUUIDOrNull(SpanAttributes['tollgate.run.id']), toUUIDOrZero(concat(${DASHED_TRACE})))`,
  // A long value is content whatever its name says.
  IS_METADATA: `(k IN ${list(METADATA)} AND length(v) <= 1024)`,
  RESOURCE_METADATA: `(k IN ${list(RESOURCE_METADATA.names)} OR ${prefixes})`,
  REJECTION,
  SPAN_HASH,
  IS_MODEL_CALL: isModelCall(),
  PROCESS: `if(resource['service.instance.id'] != '', resource['service.instance.id'],
      if(resource['process.pid'] != '', concat(resource['host.name'], '/', resource['process.pid']), ''))`,
  OPERATION: `if(${textOf('operation')} != '', ${textOf('operation')}, 'chat')`,
  SCOPE_RULE: scopeRule(),
  EXCLUDES_CACHED: ruleSays(({ input }) => input === 'excludes_cached'),
  ZERO_IS_UNKNOWN: ruleSays(({ zero }) => zero === 'unknown'),
  OWN_ESTIMATES: ruleSays(({ numbers }) => numbers === 'own'),
  PROVIDER: textOf('provider'),
  PROVIDER_OF_RULE: providerOfRule(),
  MODEL: textOf('model'),
  RESPONSE_ID: textOf('response_id'),
  INPUT_TOKENS: textOf('input_tokens'),
  OUTPUT_TOKENS: textOf('output_tokens'),
  CACHE_READ_TOKENS: textOf('cache_read_tokens'),
  CACHE_CREATION_TOKENS: textOf('cache_creation_tokens'),
  CACHE_CREATION_HOUR_TOKENS: textOf('cache_creation_1h_tokens'),
  REASONING_TOKENS: textOf('reasoning_tokens'),
  SERVICE_TIER: serviceTier(),
};
