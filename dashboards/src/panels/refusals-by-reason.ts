import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const refusalsByReason: PanelSpec = {
  title: 'Refusals by reason',
  description:
    'Calls of tools and models that did not happen, by what the gate did and why. Several records of one call count once.',
  sql: `
SELECT t.reason AS reason, t.enforcement AS enforcement,
  uniqExact(t.run_id, if(t.call_id = '', hex(t.span_id), t.call_id)) AS calls, uniqExact(t.run_id) AS runs
FROM tool_calls AS t
WHERE t.kind = 'gate_decided' AND t.enforcement IN ('blocked', 'refused', 'expired')
  AND t.start >= $__fromTime_ms AND t.start < $__toTime_ms
GROUP BY reason, enforcement
ORDER BY calls DESC, reason, enforcement`,
};

export const refusalsByReasonPanel = () => tablePanel(refusalsByReason);
