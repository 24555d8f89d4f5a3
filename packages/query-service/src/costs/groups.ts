import { OWNER } from './owner-of-call.ts';
import { TEAM } from './team-of-call.ts';

/** What costs can be grouped by, and the column behind each; nothing of a request gets into the SQL but these. */
const GROUPS = {
  workflow: 'c.workflow',
  owner: OWNER,
  team: TEAM,
  principal: 'c.principal',
  model: 'c.model',
  provider: 'c.provider',
  day: 'toString(c.day)',
  hour: `formatDateTime(c.hour, '%Y-%m-%dT%H:00:00Z', 'UTC')`,
  run: 'toString(c.run_id)',
  initiator: 'c.initiator',
} as const;
export type CostGroup = keyof typeof GROUPS;
export const COST_GROUPS = Object.keys(GROUPS) as readonly CostGroup[];

/** Rollups are by day and know no runs: these are read from rows, whatever the range. */
const OF_ROWS: ReadonlySet<CostGroup> = new Set(['hour', 'run', 'initiator']);

export const needRows = (groups: readonly CostGroup[]): boolean => groups.some((group) => OF_ROWS.has(group));

export const costColumn = (group: CostGroup): string => GROUPS[group];
