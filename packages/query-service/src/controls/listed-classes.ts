import type { Deps } from '../deps.ts';
import { policyBook } from '../flags/service-facts.ts';

/** The class of each tool in each registered policy, by `workflow@version@tool`. */
export async function listedClasses({ control }: Pick<Deps, 'control'>): Promise<Record<string, number>> {
  const { all } = await policyBook(control.db);
  return Object.fromEntries(
    all.flatMap(({ key, requirements }) =>
      requirements.allowed_tools.map(({ tool, action_class }) => [`${key}@${tool}`, action_class] as const),
    ),
  );
}
