import type { ControlState } from '../state/change.ts';

/**
 * The workflows that an agent's key may speak for now: of those it names, none that is another team's, and for `*` each that its
 * team has registered. The same rule as the routes for agents have, for whoever takes spans.
 */
export async function speaksFor(
  { db }: Pick<ControlState, 'db'>,
  { team, workflows }: { readonly team: string; readonly workflows: readonly string[] },
): Promise<readonly string[]> {
  if (workflows.includes('*')) {
    const own = await db.selectFrom('workflows').select('workflow').where('team', '=', team).execute();
    return own.map(({ workflow }) => workflow).sort();
  }
  const others = await db
    .selectFrom('workflows')
    .select('workflow')
    .where('workflow', 'in', workflows)
    .where('team', '!=', team)
    .execute();
  return workflows.filter((name) => !others.some(({ workflow }) => workflow === name));
}
