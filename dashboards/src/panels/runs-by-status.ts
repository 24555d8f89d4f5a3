import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const runsByStatus: PanelSpec = {
  title: 'Runs by final status',
  description:
    'Governed runs that started in the range; unsealed ones have not said how they ended. Traces of other instrumentation stand apart.',
  sql: `
SELECT r.final_status AS status, countIf(r.governed) AS runs, countIf(NOT r.governed) AS other_traces
FROM runs AS r
WHERE r.started_at >= $__fromTime_ms AND r.started_at < $__toTime_ms
GROUP BY status
ORDER BY runs DESC, status`,
};

export const runsByStatusPanel = () => tablePanel(runsByStatus);
