import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import { learnUnseenNames } from './learn-names.ts';
import { currentBook } from './price-lists.ts';
import { repriceCalls } from './reprice.ts';

export const repriceAnswer = z.object({
  versions: z.array(z.string()),
  /** Reports that were asked about. */
  looked_at: z.int(),
  /** Reports that have another price now. */
  repriced: z.int(),
  /** Where to go on; null where nothing is left. */
  next_cursor: z.string().nullable(),
});

interface RepriceRequest {
  readonly superseded: boolean;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly workflow?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Runs that one request looks at, so that it answers in time. */
const RUNS = 2000;

/** Prices stored reports anew for a person, whose name the new prices carry; that they asked for it is on record first. */
export async function repriceByCommand(
  deps: Pick<Deps, 'store' | 'control'>,
  { name }: PersonIdentity,
  request: RepriceRequest,
): Promise<z.output<typeof repriceAnswer>> {
  const { superseded, from, to, workflow, cursor } = request;
  const book = await currentBook(deps);
  const detail = { ...given(request), versions: [...book.versions] };
  const ledger = installationLedger(deps.control, name);
  await deps.control.change((change) =>
    change.record(ledger, { kind: 'calls_repriced', actor: name, detail }),
  );
  if (cursor === undefined) await learnUnseenNames(deps, book, 0n);
  const scope = {
    superseded,
    ...(from === undefined ? {} : { from: nanos(from) }),
    ...(to === undefined ? {} : { to: nanos(to) }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  const after = cursor === undefined ? {} : { after: cursor };
  const { looked_at, repriced, next } = await repriceCalls(deps, book, scope, {
    by: name,
    limit: RUNS,
    ...after,
  });
  return { versions: [...book.versions], looked_at, repriced, next_cursor: next };
}

/** What was asked for, without what was not. */
const given = (request: RepriceRequest): Record<string, string | boolean> =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));

const nanos = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;
