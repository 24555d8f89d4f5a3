import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const overdueSamples: PanelSpec = {
  title: 'Overdue samples',
  description:
    'Class-2 actions that were chosen for review and were not reviewed by their due date, whenever that was.',
  sql: `
SELECT s.workflow AS workflow, s.owner AS owner, s.tool AS tool, count() AS samples, min(s.due_at) AS due_since
FROM samples AS s
LEFT ANTI JOIN (SELECT sample_id FROM reviews) AS r ON s.sample_id = r.sample_id
WHERE s.due_at < now64(9, 'UTC')
GROUP BY workflow, owner, tool
ORDER BY samples DESC, workflow, tool`,
};

export const overdueSamplesPanel = () => tablePanel(overdueSamples);
