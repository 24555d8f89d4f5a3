-- Repeatable; copies each of these tables once, so it takes a while where there is much in them, and as much room again meanwhile.
-- Rows of runs lay in the order of their ids, and that is as good as none: the engine sorts a UUID by its second half, which of the
-- ids that the service gives is random. Whatever was asked of a few hundred runs of one hour (by evaluation all the time) read
-- a little of every part of the table. As numbers these ids grow with time, and runs of one time lie together.
${ORDERED_BY_RUN(spans)};
${ORDERED_BY_RUN(span_content)};
${ORDERED_BY_RUN(evidence_records)};
${ORDERED_BY_RUN(model_calls)};
${ORDERED_BY_RUN(tool_calls)};
${ORDERED_BY_RUN(service_records)};
