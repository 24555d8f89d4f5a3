import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const approvals: PanelSpec = {
  title: 'Approvals: time to decide',
  description:
    'Approvals requested in the range, and how long people took, from request to last decision. Seconds and a high share of approvals say that people have stopped looking.',
  sql: `
SELECT workflow, count() AS requested, countIf(was_refused) AS refused,
  countIf(was_decided AND NOT was_refused) AS approved, countIf(NOT was_decided AND NOT was_withdrawn AND has_expired) AS expired,
  countIf(NOT was_decided AND NOT has_expired AND NOT was_withdrawn) AS waiting,
  if(countIf(was_decided) = 0, NULL, quantileExactIf(0.5)(seconds, was_decided)) AS median_seconds,
  if(countIf(was_decided) = 0, NULL, quantileExactIf(0.9)(seconds, was_decided)) AS p90_seconds
FROM (
  SELECT a.approval_id AS id, any(a.workflow) AS workflow,
    minIf(a.at, a.event = 'requested') AS requested_at, max(a.event = 'decided') AS was_decided,
    max(a.event = 'decided' AND a.decision = 'refuse') AS was_refused,
    max(a.event = 'expired') OR max(a.expires_at) < now64(9, 'UTC') AS has_expired,
    max(a.event = 'withdrawn') AS was_withdrawn,
    dateDiff('millisecond', requested_at, maxIf(a.at, a.event = 'decided')) / 1000 AS seconds
  FROM approvals AS a
  GROUP BY id
  HAVING requested_at >= $__fromTime_ms AND requested_at < $__toTime_ms
)
GROUP BY workflow
ORDER BY requested DESC, workflow`,
};

export const approvalsPanel = () =>
  tablePanel(approvals).overrideByRegexp('_seconds$', [{ id: 'unit', value: 's' }]);
