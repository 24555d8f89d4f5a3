import { FOREIGN_WORKFLOW, RESOURCE } from './key-binding.ts';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** Every text that is not bound to a form of its own below. The texts of maps and arrays are those that the hash is made of. */
const TEXTS = [
  'TraceState',
  'toString(SpanName)',
  'toString(ServiceName)',
  `toString(${RESOURCE})`,
  'ScopeName',
  'ScopeVersion',
  'toString(SpanAttributes)',
  'StatusMessage',
  'toString(`Events.Name`)',
  'toString(`Events.Attributes`)',
  'toString(`Links.TraceState`)',
  'toString(`Links.Attributes`)',
];

/**
 * Why a landing row is not stored as a span; '' says that it is. UTF-8: whoever reads rows reads JSON, which has no other text.
 * Times: nothing instrumented an agent before 2015, and a clock more than a day ahead would hide rows from every page and,
 * past 2106, wrap in functions of dates. Durations: a run may wait for people for long, but a span that ends before it starts
 * has wrapped to centuries.
 */
export const REJECTION = `multiIf(
    NOT (${TEXTS.map((text) => `isValidUTF8(${text})`).join(' AND ')}), 'invalid_utf8',
    NOT match(TraceId, '^[0-9a-f]{32}$') OR TraceId = repeat('0', 32), 'bad_trace_id',
    NOT match(SpanId, '^[0-9a-f]{16}$') OR SpanId = repeat('0', 16), 'bad_span_id',
    NOT match(ParentSpanId, '^([0-9a-f]{16})?$'), 'bad_parent_span_id',
    Timestamp < toDateTime64('2015-01-01 00:00:00', 9, 'UTC'), 'time_too_early',
    Timestamp > now + INTERVAL 1 DAY, 'time_in_the_future',
    Duration > 34560000000000000, 'bad_duration',
    SpanAttributes['tollgate.run.id'] != '' AND NOT match(SpanAttributes['tollgate.run.id'], '${UUID}'), 'bad_run_id',
    ${FOREIGN_WORKFLOW}, 'workflow_not_allowed',
    '')`;

/** Over every column of the exporter's row, and nothing that a collector adds at receipt or a session's settings change. */
export const SPAN_HASH = `reinterpretAsUInt128(sipHash128(
    toUnixTimestamp64Nano(Timestamp), TraceId, SpanId, ParentSpanId, TraceState, toString(SpanName), toString(SpanKind), toString(ServiceName),
    toString(${RESOURCE}), ScopeName, ScopeVersion, toString(SpanAttributes), Duration, toString(StatusCode), StatusMessage,
    toString(arrayMap(t -> toUnixTimestamp64Nano(t), \`Events.Timestamp\`)), toString(\`Events.Name\`), toString(\`Events.Attributes\`),
    toString(\`Links.TraceId\`), toString(\`Links.SpanId\`), toString(\`Links.TraceState\`), toString(\`Links.Attributes\`)))`;
