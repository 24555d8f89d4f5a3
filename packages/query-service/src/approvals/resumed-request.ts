import type { ApprovalRequest } from '@tollgate/contract';
import { generationOf } from '../registrations/run-writers.ts';
import type { Change } from '../state/change.ts';
import type { Approval } from './approval.ts';
import { expireIfDue } from './expire.ts';

/** More equal requests than this of one run are not looked through. */
const MOST_CANDIDATES = 200;

type Asked = Pick<ApprovalRequest, 'run_id' | 'call_id' | 'tool' | 'arguments'>;

/**
 * What a resumed run asked before for the same tool and arguments under another call id, the oldest first: whatever was
 * dispatched then is not dispatched again. Each earlier request stands for one call of each process that resumes the run,
 * so that a run that wanted the same twice gets both back.
 */
export async function resumedRequest(change: Change, asked: Asked): Promise<Approval | undefined> {
  const generation = await generationOf(change.db, asked.run_id);
  if (generation === 0) return undefined;
  for (const approval of await candidates(change, asked, generation)) {
    if (await expireIfDue(change, approval)) continue;
    await take(change, asked, approval.approval_id, generation);
    return approval;
  }
  return undefined;
}

/**
 * Remembers that a request of a resumed run is taken: by the call that made it, or that asked for it under its own id. Where another
 * call of this process has it already, it stays that one's; both are told of it, and its grant is used once.
 */
export async function takeRequest(change: Change, asked: Asked, approval_id: string): Promise<void> {
  const generation = await generationOf(change.db, asked.run_id);
  if (generation === 0) return;
  const taken = await change.db
    .selectFrom('approval_resumptions')
    .select('call_id')
    .where('approval_id', '=', approval_id)
    .where('generation', '=', generation)
    .executeTakeFirst();
  if (taken === undefined) await take(change, asked, approval_id, generation);
}

async function candidates({ db }: Change, asked: Asked, generation: number): Promise<Approval[]> {
  const { run_id, call_id, tool, arguments: args } = asked;
  const taken = await db
    .selectFrom('approval_resumptions')
    .select(['approval_id', 'call_id', 'generation'])
    .where('run_id', '=', run_id)
    .execute();
  const found = await db
    .selectFrom('approvals')
    .selectAll()
    .where('run_id', '=', run_id)
    .where('tool', '=', tool)
    .where('arguments', '=', args)
    .where('state', 'not in', ['expired', 'withdrawn'])
    .orderBy('requested_at')
    .orderBy('approval_id')
    .limit(MOST_CANDIDATES)
    .execute();
  const by = (approval: Approval) => taken.filter(({ approval_id }) => approval_id === approval.approval_id);
  // The same call id again means the same call, also for the next process that resumes the run.
  const mine = (approval: Approval) => by(approval).some((one) => one.call_id === call_id);
  return found
    .filter((one) => by(one).every((each) => each.generation !== generation || each.call_id === call_id))
    .sort((a, b) => Number(mine(b)) - Number(mine(a)));
}

async function take(
  { db }: Change,
  { run_id, call_id }: Asked,
  approval_id: string,
  generation: number,
): Promise<void> {
  await db
    .insertInto('approval_resumptions')
    .values({ run_id, call_id, approval_id, generation })
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'call_id', 'generation']).doUpdateSet({ approval_id }),
    )
    .execute();
}
