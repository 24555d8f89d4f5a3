import { TollgateError } from '@tollgate/contract';
import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Deps } from '../deps.ts';
import { periodsOf } from '../holds/held-among.ts';
import type { PersonIdentity } from '../identity/identity.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import type { ControlTables } from '../state/tables.ts';
import { timeText } from '../state/time.ts';
import { callsOfSpan, countApprovals } from './approvals.ts';
import { type InTheWay, inTheWay } from './in-the-way.ts';
import { type Asked, storeTarget, type Target, targetOf } from './target.ts';

export interface Preview extends InTheWay {
  readonly runs: number;
  readonly spans: number;
  readonly quarantined: number;
  readonly approvals: number;
}

type Erasing = Pick<Deps, 'control' | 'store' | 'clock'>;

/** What an erasure would erase, and what is in its way. Changes nothing. @throws as `requestErasure`, but for what is in the way */
export async function previewErasure(deps: Erasing, admin: PersonIdentity, asked: Asked): Promise<Preview> {
  const { run_ids } = await targetOf(deps, admin, asked);
  const disposal = disposalOf(deps);
  const call_ids = asked.kind === 'span' ? await callsOfSpan(deps, asked) : undefined;
  let approvals = 0;
  for (let from = 0; from < run_ids.length; from += AT_ONCE)
    approvals += await countApprovals(deps.control.db, {
      run_ids: run_ids.slice(from, from + AT_ONCE),
      call_ids,
    });
  const spans = await disposal.count(storeTarget(columnsOf(asked), run_ids));
  return { runs: run_ids.length, ...spans, approvals, ...(await nowInTheWay(deps, run_ids)) };
}

/**
 * Takes an erasure on; it is then carried out in the background, also after a restart.
 * @throws TollgateError `conflict` where a run is on legal hold or has an approval that is open; `not_found`, `forbidden`;
 * `storage_unavailable` where this service has nothing that may erase
 */
export async function requestErasure(
  deps: Erasing,
  admin: PersonIdentity,
  asked: Asked,
  reason: string,
): Promise<string> {
  const target = await targetOf(deps, admin, asked);
  disposalOf(deps);
  refuseIf(await nowInTheWay(deps, target.run_ids));
  return deps.control.change(async (change) => {
    const { db, now } = change;
    const erasure_id = uuidv7();
    const { team } = target;
    const request = { erasure_id, ...columnsOf(asked), team, reason, asked_by: admin.name };
    await db
      .insertInto('erasures')
      .values({ ...request, asked_at: timeText(now), state: 'running', ...NOTHING_YET })
      .execute();
    await insertRuns(db, erasure_id, target);
    const { kind: of, ...whose } = asked;
    await change.record(installationLedger(deps.control, admin.name), {
      kind: 'erasure_requested',
      actor: admin.name,
      detail: { erasure_id, of, ...whose, team, reason, runs: target.run_ids.length },
    });
    return erasure_id;
  });
}

/** As it is at this moment; it is asked again when it is carried out. */
const nowInTheWay = async (deps: Erasing, run_ids: readonly string[]): Promise<InTheWay> =>
  inTheWay({ db: deps.control.db, now: deps.clock() }, run_ids, await periodsOf(deps, run_ids));

function disposalOf({ store }: Pick<Deps, 'store'>) {
  if (store.disposal === undefined)
    throw new TollgateError('storage_unavailable', 'This service was given nothing that may erase.');
  return store.disposal;
}

function refuseIf({ held, open }: InTheWay): void {
  if (held.length > 0)
    throw new TollgateError('conflict', `On legal hold, so nothing was erased: ${some(held)}.`);
  if (open.length > 0)
    throw new TollgateError(
      'conflict',
      `Approvals are open, which need what is to be erased; decide, withdraw or let them expire first: ${some(open)}.`,
    );
}

function some(runs: readonly string[]): string {
  const first = runs.slice(0, 5).join(', ');
  return runs.length > 5 ? `${first} and ${runs.length - 5} more` : first;
}

const NOTHING_YET = { spans: 0, quarantined: 0, approvals: 0, elsewhere: null, finished_at: null } as const;

function columnsOf(asked: Asked) {
  const none = { run_id: null, trace_id: null, span_id: null, person: null };
  return { ...none, ...asked };
}

const AT_ONCE = 300;

async function insertRuns(
  db: Transaction<ControlTables>,
  erasure_id: string,
  { run_ids }: Target,
): Promise<void> {
  for (let from = 0; from < run_ids.length; from += AT_ONCE)
    await db
      .insertInto('erasure_runs')
      .values(
        run_ids
          .slice(from, from + AT_ONCE)
          .map((run_id) => ({ erasure_id, run_id, state: 'waiting' as const })),
      )
      .execute();
}
