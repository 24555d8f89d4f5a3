import { type SettledLease, type SettleRequest, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { runOfAgent } from '../registrations/run-of-agent.ts';
import type { Change } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { steppedChange } from '../steps.ts';
import { shift } from './accounts.ts';
import { minus, plus, type Share, settled, shareOf } from './arithmetic.ts';
import { findLeases, type Lease, renewLeases, updateLease } from './leases.ts';
import { leaseNano, usdOf } from './nano.ts';
import { budgetEvent, warnOfLimits } from './warn.ts';

type Run = ControlTables['runs'];
type Settling = Pick<Deps, 'control' | 'settings'>;

/**
 * Books what a process has spent from its leases. Always possible, also where the workflow is suspended or its policy was
 * replaced: what was spent was spent.
 * @returns the leases that are booked; one that is not its own, or that the ledger never granted, is not among them
 */
export async function settleLeases(
  deps: Settling,
  agent: AgentIdentity,
  run_id: string,
  { writer, settled: settlements }: SettleRequest,
): Promise<{ settled: string[] }> {
  return steppedChange(deps.control, 'lease.settle', { run_id }, async (change) => {
    const { run } = await runOfAgent(change.db, agent, run_id);
    return { settled: await settleWithin(change, deps, run, writer, settlements) };
  });
}

/** The same within a change that goes on to something else. */
export async function settleWithin(
  change: Change,
  { control, settings }: Settling,
  run: Run,
  writer: string,
  settlements: readonly SettledLease[],
): Promise<string[]> {
  await renewLeases(change, { writer, principal: run.principal }, settings.lease_seconds);
  if (settlements.length === 0) return [];
  const ids = [...new Set(settlements.map(({ lease_id }) => lease_id))];
  const leases = new Map((await findLeases(change, ids)).map((lease) => [lease.lease_id, lease]));
  const shifts = new Map<string, Share>();
  const booked = new Set<string>();
  for (const [index, { lease_id, spent_usd, closed }] of settlements.entries()) {
    const spent = leaseNano(spent_usd, `body.settled.${index}.spent_usd`);
    const lease = leases.get(lease_id);
    if (lease === undefined || lease.run_id !== run.run_id || lease.writer !== writer) continue;
    booked.add(lease_id);
    leases.set(lease_id, await settleOne(change, lease, { spent, closed }, shifts));
  }
  await applyShifts(change, shifts);
  if (shifts.size > 0) await change.event(budgetEvent(run, 'settled'));
  await warnOfLimits(change, control, run, [...shifts.keys()]);
  return [...booked];
}

async function settleOne(
  change: Change,
  lease: Lease,
  settlement: { readonly spent: bigint; readonly closed: boolean },
  shifts: Map<string, Share>,
): Promise<Lease> {
  const after = { ...lease, ...settled(lease, settlement) };
  if (after.spent === lease.spent && after.state === lease.state) return lease;
  if (!(await updateLease(change, lease, after))) throw new TollgateError('conflict');
  addShift(shifts, lease, minus(shareOf(after), shareOf(lease)));
  return after;
}

/** Adds what one lease changes to what each of its accounts changes. */
export function addShift(shifts: Map<string, Share>, lease: Lease, by: Share): void {
  for (const account of [lease.run_account, lease.day_account, lease.month_account]) {
    const known = shifts.get(account);
    shifts.set(account, known === undefined ? by : plus(known, by));
  }
}

/** @throws TollgateError `invalid_request` where an account would hold more than the ledger can count */
export async function applyShifts(change: Change, shifts: ReadonlyMap<string, Share>): Promise<void> {
  for (const [account, by] of shifts)
    if (!(await shift(change, account, by)))
      throw new TollgateError(
        'invalid_request',
        `${account} cannot hold ${usdOf(by.spent)} USD more: the ledger counts no further.`,
      );
}
