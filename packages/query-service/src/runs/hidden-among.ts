import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Identity } from '../identity/identity.ts';
import { select } from './select.ts';
import { inView, sightOf } from './sight.ts';

const row = z.object({ run_id: z.string() });

/** Values in one query. */
const AT_ONCE = 500;

/**
 * Which of these runs have something that this identity does not see: of one that its team registered late, somebody else's evidence. A
 * run of which the store knows nothing yet hides nothing.
 */
export async function hiddenAmong(
  deps: Pick<Deps, 'store' | 'control'>,
  identity: Identity,
  run_ids: readonly string[],
): Promise<readonly string[]> {
  const { isOfAll, sees, params } = await sightOf(deps, identity);
  if (isOfAll) return [];
  const query = `
    SELECT toString(r.run_id) AS run_id FROM runs AS r WHERE r.run_id IN {runs:Array(UUID)} AND NOT ${sees(inView('r'))}`;
  const hidden: string[] = [];
  for (let from = 0; from < run_ids.length; from += AT_ONCE) {
    const runs = run_ids.slice(from, from + AT_ONCE);
    hidden.push(...(await select(deps, row, query, { runs, ...params })).map(({ run_id }) => run_id));
  }
  return hidden;
}
