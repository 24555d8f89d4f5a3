import type { ControlState } from '../state/change.ts';

interface Key {
  readonly team: string;
  /** As the key was made; `*` is each workflow of the team. */
  readonly workflows: readonly string[];
}

interface Registered {
  readonly workflow: string;
  readonly team: string;
}

/**
 * The workflows that an agent's key may speak for: of those it names, none that is another team's, and for `*` each that its team has
 * registered. The same rule as the routes for agents have, for whoever takes spans. Pure.
 * @param registered all workflows, or at least those that the key names and its team's
 */
export function spokenFor({ team, workflows }: Key, registered: readonly Registered[]): readonly string[] {
  const names = (own: boolean) =>
    registered.filter((each) => (each.team === team) === own).map(({ workflow }) => workflow);
  if (workflows.includes('*')) return names(true).sort();
  const others = new Set(names(false));
  return workflows.filter((name) => !others.has(name));
}

/** Those of one key, now. */
export async function speaksFor(control: Pick<ControlState, 'db'>, key: Key): Promise<readonly string[]> {
  const all = registeredWorkflows(control);
  const registered = key.workflows.includes('*')
    ? all.where('team', '=', key.team)
    : all.where('workflow', 'in', key.workflows);
  return spokenFor(key, await registered.execute());
}

/** Whose each workflow is, as a query. */
export const registeredWorkflows = ({ db }: Pick<ControlState, 'db'>) =>
  db.selectFrom('workflows').select(['workflow', 'team']);
