import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const openFlags: PanelSpec = {
  title: 'Open flags',
  description:
    'Findings that nobody has resolved, by control and severity, whenever they were raised; past_due are beyond their due date.',
  sql: `
SELECT f.control AS control, f.severity AS severity, countIf(f.state = 'open') AS open,
  countIf(f.state = 'acknowledged') AS acknowledged, countIf(f.due_at < now64(9, 'UTC')) AS past_due,
  min(f.raised_at) AS oldest
FROM current_flags AS f
WHERE f.state IN ('open', 'acknowledged')
GROUP BY control, severity
ORDER BY transform(severity, ['critical', 'warning', 'info'], [0, 1, 2], 3), open DESC, control`,
};

export const openFlagsPanel = () => tablePanel(openFlags);
