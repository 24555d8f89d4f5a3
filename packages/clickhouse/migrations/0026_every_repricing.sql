-- Repeatable until something is repriced after it, light. A price that a report had before and gets again is a row of its own: the key ended
-- with the price, so the row of the first time, with its moment and who had it done, was replaced. A key takes on new columns only, so
-- where this is repeated, it is made anew.
ALTER TABLE ${DATABASE}.model_call_repricings ${ON_CLUSTER} MODIFY ORDER BY (run_id, trace_id, span_id, span_hash, price_version, price_id);

ALTER TABLE ${DATABASE}.model_call_repricings ${ON_CLUSTER} DROP COLUMN IF EXISTS replaced_at;

-- When the price that was in force until then was given. Two who reprice at once replace the same one, and are one row.
ALTER TABLE ${DATABASE}.model_call_repricings ${ON_CLUSTER}
  ADD COLUMN replaced_at DateTime64(9, 'UTC') AFTER repriced_by,
  MODIFY ORDER BY (run_id, trace_id, span_id, span_hash, price_version, price_id, replaced_at);
