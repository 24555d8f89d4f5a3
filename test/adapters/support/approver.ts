import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ANA, type House } from '../../../packages/instrumentation/test/support/house.ts';

/** A request for approval, as the approver gets to see it. */
const asked = z.object({
  approval_id: z.string(),
  run_id: z.string(),
  tool: z.string(),
  /** Canonical JSON. */
  arguments: z.string(),
  rollback_note: z.string(),
});
export type Asked = z.output<typeof asked>;

export type Decision = { readonly decision: 'approve' | 'refuse'; readonly reason: string } | 'leave';
/** What the approver makes of a request; `nth` counts from 0. */
export type Decide = (request: Asked, nth: number) => Decision | Promise<Decision>;

const waiting = z.object({ items: z.array(z.object({ approval_id: z.string() })) });

/** The approver looks at whatever waits, once each and as it comes, until the story is over. Returns what was seen, in that order. */
export async function attend(house: House, decide: Decide, over: AbortSignal): Promise<readonly Asked[]> {
  const seen = new Map<string, Asked>();
  while (!over.aborted) {
    for (const approval_id of await whatWaits(house)) {
      if (seen.has(approval_id)) continue;
      const request = asked.parse(await house.api(ANA, 'GET', `/v1/approvals/${approval_id}`));
      seen.set(approval_id, request);
      const decision = await decide(request, seen.size - 1);
      // The request may be over by now (withdrawn, expired); the service says so, and nothing follows from it here.
      if (decision !== 'leave')
        await house.api(ANA, 'POST', `/v1/approvals/${approval_id}/decision`, decision).catch(() => {});
    }
    await sleep(20, undefined, { signal: over }).catch(() => {});
  }
  return [...seen.values()];
}

/** Oldest first. A case may have cut the service off, from people as well; then nothing is seen to wait. */
async function whatWaits(house: House): Promise<readonly string[]> {
  const answer = await house.api(ANA, 'GET', '/v1/approvals?state=waiting').catch((error: unknown) => {
    if (house.service.mode === 'open') throw error;
    return { items: [] };
  });
  return waiting
    .parse(answer)
    .items.map(({ approval_id }) => approval_id)
    .toReversed();
}

export const approveAll: Decide = () => ({ decision: 'approve', reason: 'fine by me' });
export const refuseAll: Decide = () => ({ decision: 'refuse', reason: 'not on my watch' });
