export const COST_GROUPS = ['workflow', 'owner', 'team', 'model', 'provider', 'day'] as const;
export type CostGroup = (typeof COST_GROUPS)[number];

/** The groups that an address names: those that exist, each once, and by workflow where it names none. */
export function parseGroups(text: string): readonly CostGroup[] {
  const named = text.split(',');
  const groups = COST_GROUPS.filter((group) => named.includes(group));
  return groups.length === 0 ? ['workflow'] : groups;
}
