import { type Lease as LeaseAnswer, type LeaseRequest, type Reason, TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { AgentIdentity } from '../identity/identity.ts';
import { cachedRequirements } from '../registrations/cached-requirements.ts';
import { isSuspended } from '../registrations/read-workflow.ts';
import { runOfAgent } from '../registrations/run-of-agent.ts';
import type { Change, ServiceFact } from '../state/change.ts';
import type { ControlTables } from '../state/tables.ts';
import { isoTime, seconds, timeText } from '../state/time.ts';
import { steppedChange } from '../steps.ts';
import {
  type Account,
  accountsOf,
  capOf,
  openAccounts,
  readAccounts,
  reserve,
  roomOf,
  shift,
} from './accounts.ts';
import { grantOf } from './arithmetic.ts';
import { findLeases, type Lease } from './leases.ts';
import { leaseNano, MOST_OF_A_LEASE, nanoUp, usdOf } from './nano.ts';
import { settleWithin } from './settle.ts';
import { budgetEvent, standOf } from './warn.ts';

type Run = ControlTables['runs'];

/**
 * Grants room under the limits of a run, its day and its month, for the process to spend without asking. It is reserved
 * in all three accounts or in none, each by one conditional update; what is settled beside it is booked first, and stays
 * so where the lease is refused.
 * @throws TollgateError `over_budget` with the limit that leaves no room, `workflow_suspended`, `policy_not_registered`,
 *   `not_found`, `conflict` for the id of another process's lease
 */
export async function leaseBudget(
  deps: Pick<Deps, 'control' | 'settings'>,
  agent: AgentIdentity,
  run_id: string,
  request: LeaseRequest,
): Promise<LeaseAnswer> {
  const { lease_id, writer, settled } = request;
  return steppedChange<LeaseAnswer>(deps.control, 'lease.grant', { run_id }, async (change) => {
    const { run, current } = await runOfAgent(change.db, agent, run_id);
    const wanted = amounts(request);
    await settleWithin(change, deps, run, writer, settled);
    const [known] = await findLeases(change, [lease_id]);
    if (known !== undefined) return sameAgain(change, run, writer, known);
    const refused = (reason: Reason, error: TollgateError, detail: ServiceFact['detail'] = {}) =>
      refuse(change, run, agent, { reason, error, detail: { lease_id, ...detail } });
    if (await isSuspended(change.db, run.workflow))
      return refused('workflow_suspended', new TollgateError('workflow_suspended'));
    if (current.policy_version !== run.policy_version)
      return refused('policy_superseded', new TollgateError('policy_not_registered'));
    const { budget_limit } = await cachedRequirements(change.db, run);
    const accounts = await openAccounts(change, accountsOf(run, budget_limit, change.now), run);
    const granted = await reserveAll(change, accounts, wanted);
    if (granted === undefined) {
      const tightest = tightestOf(accounts);
      const detail = { ...standOf(tightest), minimum_usd: usdOf(wanted.minimum) };
      return refused('over_budget', overBudget(tightest, wanted.minimum), detail);
    }
    const lease = newLease(change.now, run, request, { accounts, granted }, deps.settings.lease_seconds);
    await change.db.insertInto('budget_leases').values(lease).execute();
    await change.event(budgetEvent(run, 'leased'));
    return toAnswer(change, lease);
  });
}

/** @throws TollgateError `invalid_request` where the least is more than what is wanted, or than the ledger leases */
function amounts({ wanted_usd, minimum_usd }: LeaseRequest): { wanted: bigint; minimum: bigint } {
  const minimum = leaseNano(minimum_usd, 'body.minimum_usd');
  const wanted = nanoUp(wanted_usd);
  if (wanted < minimum)
    throw new TollgateError('invalid_request', undefined, {
      issues: [{ path: 'body.wanted_usd', message: 'at least minimum_usd' }],
    });
  if (wanted > MOST_OF_A_LEASE) return { wanted: MOST_OF_A_LEASE, minimum };
  return { wanted, minimum };
}

/** The answer that was given before. What no longer lives has no time left. */
async function sameAgain(
  change: Change,
  run: Run,
  writer: string,
  lease: Lease,
): Promise<LeaseAnswer | TollgateError> {
  if (lease.run_id !== run.run_id || lease.writer !== writer)
    return new TollgateError('conflict', 'Another process has a lease with that lease_id.');
  return toAnswer(change, lease);
}

async function reserveAll(
  change: Change,
  accounts: readonly Account[],
  { wanted, minimum }: { wanted: bigint; minimum: bigint },
): Promise<bigint | undefined> {
  const granted = grantOf(wanted, minimum, accounts.map(roomOf));
  if (granted === undefined) return undefined;
  for (const [index, account] of accounts.entries()) {
    if (await reserve(change, account, granted)) continue;
    // Another instance was quicker: what was reserved before is given back within this very change.
    const back = { spent: 0n, reserved: -granted, unsettled: 0n, leases: -1 };
    for (const earlier of accounts.slice(0, index)) await shift(change, earlier.account, back);
    return undefined;
  }
  return granted;
}

function tightestOf(accounts: readonly Account[]): Account {
  const [tightest] = accounts.toSorted((a, b) => {
    const [left, right] = [roomOf(a).available, roomOf(b).available];
    return left < right ? -1 : left > right ? 1 : 0;
  });
  if (tightest === undefined) throw new RangeError('a lease counts in accounts');
  return tightest;
}

const WORDS = { per_run: 'the run', per_day: 'this UTC day', per_month: 'this UTC month' } as const;

function overBudget(account: Account, minimum: bigint): TollgateError {
  const [limit, spent, reserved] = [capOf(account), account.spent, account.reserved].map(usdOf);
  const message = `${limit} USD for ${WORDS[account.period]}: ${spent} spent, ${reserved} reserved by what is in progress, and this needs ${usdOf(minimum)}`;
  return new TollgateError('over_budget', undefined, {
    issues: [{ path: `budget.${account.period}`, message }],
  });
}

async function refuse(
  change: Change,
  run: Run,
  agent: AgentIdentity,
  { reason, error, detail }: { reason: Reason; error: TollgateError; detail: ServiceFact['detail'] },
): Promise<TollgateError> {
  const refusal = { verdict: 'deny', reason, enforcement: 'refused' } as const;
  await change.record(run, { kind: 'budget_warned', actor: agent.name, ...refusal, detail });
  return error;
}

function newLease(
  now: bigint,
  { run_id, principal }: Run,
  { lease_id, writer }: LeaseRequest,
  { accounts, granted }: { accounts: readonly Account[]; granted: bigint },
  lease_seconds: number,
) {
  const [run_account = '', day_account = '', month_account = ''] = accounts.map(({ account }) => account);
  return {
    ...{ lease_id, run_id, writer, principal, run_account, day_account, month_account, granted, spent: 0n },
    state: 'live' as const,
    granted_at: timeText(now),
    expires_at: timeText(now + seconds(lease_seconds)),
  };
}

async function toAnswer(change: Change, lease: Lease): Promise<LeaseAnswer> {
  const { lease_id, granted, expires_at, state } = lease;
  const accounts = await readAccounts(change, [lease.run_account, lease.day_account, lease.month_account]);
  const left = state === 'live' ? BigInt(expires_at) - change.now : 0n;
  return {
    lease_id,
    granted_usd: usdOf(granted),
    expires_at: isoTime(expires_at),
    expires_in_ms: left > 0n ? Number(left / 1_000_000n) : 0,
    warnings: accounts
      .filter(({ warned }) => warned > 0)
      .map(({ period, warned }) => ({ limit: period, percent: warned })),
  };
}
