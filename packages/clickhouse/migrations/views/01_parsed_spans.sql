-- materialized view parsed_spans_view to parsed_spans
-- Total: no value of a landing row makes an expression here throw, and every row passes, good or bad.
WITH
    SpanAttributes['tollgate.record'] AS text,
    JSONExtract(text, 'Tuple(${RECORD_FIELDS})') AS parsed_record,
    SpanAttributes['tollgate.run.id'] AS run_attribute,
    toUUIDOrNull(run_attribute) AS claimed_run,
    match(TraceId, '^[0-9a-f]{32}$') AND TraceId != repeat('0', 32) AS trace_ok,
    match(SpanId, '^[0-9a-f]{16}$') AND SpanId != repeat('0', 16) AS span_ok,
    toUnixTimestamp64Nano(Timestamp) AS start_ns,
    now64(9, 'UTC') AS now,
    toUnixTimestamp64Nano(now) AS now_ns,
    start_ns >= 1420070400000000000 AND start_ns <= now_ns + 86400000000000 AS start_ok,
    -- Longer than ten years is a span that ends before it starts, wrapped by the exporter's subtraction.
    if(start_ok AND Duration <= 315360000000000000, start_ns + toInt64(Duration), start_ns) AS end_ns,
    toUInt64OrNull(parsed_record.time) AS record_ns
SELECT
    multiIf(
        NOT trace_ok, 'bad_trace_id',
        NOT span_ok, 'bad_span_id',
        NOT start_ok, 'bad_time',
        text = '', '',
        length(text) > 262144, 'record_too_long',
        NOT isValidJSON(text), 'bad_record',
        parsed_record.schema != 'tollgate.record/1' OR parsed_record.kind = '' OR parsed_record.seq IS NULL
            OR parsed_record.seq < 0 OR parsed_record.seq > 4294967295
            OR toUUIDOrNull(parsed_record.writer) IS NULL OR toUUIDOrNull(parsed_record.run_id) IS NULL
            OR NOT match(parsed_record.prev, '^[0-9a-f]{64}$')
            OR record_ns IS NULL OR record_ns > 9000000000000000000, 'bad_record',
        claimed_run IS NULL OR toUUIDOrNull(parsed_record.run_id) != claimed_run, 'record_of_another_run',
        '') AS reason,
    now AS received_at,
    18446744073709551615 - toUInt64(now_ns) AS precedence,
    coalesce(claimed_run, toUUIDOrNull(if(trace_ok, TraceId, '')), toUUID('00000000-0000-0000-0000-000000000000')) AS run_id,
    claimed_run IS NOT NULL AS governed,
    ResourceAttributes['tollgate.principal'] AS principal,
    toFixedString(substring(unhex(TraceId), 1, 16), 16) AS trace_id,
    toFixedString(substring(unhex(SpanId), 1, 8), 8) AS span_id,
    toFixedString(if(match(ParentSpanId, '^[0-9a-f]{16}$'), unhex(ParentSpanId), ''), 8) AS parent_id,
    reinterpretAsUInt128(sipHash128(
        Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
        ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage,
        `Events.Timestamp`, `Events.Name`, `Events.Attributes`,
        `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`)) AS span_hash,
    fromUnixTimestamp64Nano(start_ns, 'UTC') AS start,
    fromUnixTimestamp64Nano(end_ns, 'UTC') AS end,
    Duration AS duration,
    TraceState AS trace_state,
    SpanName AS name,
    SpanKind AS kind,
    ServiceName AS service,
    ResourceAttributes AS resource,
    ScopeName AS scope_name,
    ScopeVersion AS scope_version,
    SpanAttributes AS attributes,
    StatusCode AS status_code,
    StatusMessage AS status_message,
    `Events.Timestamp` AS event_times,
    `Events.Name` AS event_names,
    `Events.Attributes` AS event_attributes,
    `Links.TraceId` AS link_trace_ids,
    `Links.SpanId` AS link_span_ids,
    `Links.TraceState` AS link_trace_states,
    `Links.Attributes` AS link_attributes,
    text != '' AS has_record,
    text AS record_text,
    parsed_record AS record,
    substring(TraceId, 1, 64) AS sent_trace_id,
    substring(SpanId, 1, 64) AS sent_span_id,
    substring(run_attribute, 1, 64) AS sent_run_id,
    if(reason = '', '', substring(toJSONString(map(
        'Timestamp', toString(start_ns), 'Duration', toString(Duration), 'ParentSpanId', ParentSpanId,
        'SpanName', toString(SpanName), 'ServiceName', toString(ServiceName), 'ScopeName', ScopeName,
        'StatusCode', toString(StatusCode), 'StatusMessage', StatusMessage,
        'ResourceAttributes', toString(ResourceAttributes), 'SpanAttributes', toString(SpanAttributes))), 1, 65536)) AS raw
FROM ${DATABASE}.otlp_spans
