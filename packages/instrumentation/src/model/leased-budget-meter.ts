import {
  addUsd,
  compareUsd,
  type Lease,
  type LeaseRequest,
  multiplyUsd,
  type Requirements,
  type SettleAnswer,
  type SettledLease,
  type SettleRequest,
  subtractUsd,
  type Usd,
} from '@tollgate/contract';
import { uuidv7 } from '../run/uuidv7.ts';
import type { Answer } from '../service/client.ts';
import {
  type Admission,
  type AdmissionRefused,
  amountToReserve,
  type Estimate,
  once,
  overBudget,
} from './admission.ts';
import { type BudgetMeter, maxUsd } from './budget-meter.ts';
import { HeldLease } from './held-lease.ts';
import { type LeasePart, partsFor, roomOf, settleParts } from './lease-parts.ts';

/** The service's ledger, as far as one run of one process sees it. */
export interface Ledger {
  readonly writer: string;
  lease(request: LeaseRequest): Promise<Answer<Lease>>;
  settle(request: SettleRequest): Promise<Answer<SettleAnswer>>;
}

interface Waiting {
  readonly amount: Usd;
  readonly answer: (admission: Admission) => void;
}

/** The least that the ledger knows: a call that nobody can estimate still needs a budget that is not used up. */
const LEAST: Usd = '0.000000001';
/** Calls that a lease is to last for beyond those that wait. */
const AHEAD = 4;
const TEND_MS = 1000;
const IDLE_MS = 2000;
const TRIES = 3;
const MAX_SETTLED = 500;

/**
 * Reserves from leases of the service's ledger, so that any number of processes share the limits of a run, a day and a
 * month and no call waits for a round trip while its process holds room (invariant 9). What is left of a lease goes back
 * when it is idle; what was dispatched with it stays reserved until it is settled, also in the ledger, whatever dies.
 */
export class LeasedBudgetMeter implements BudgetMeter {
  private readonly limit: Requirements['budget_limit'];
  private readonly ledger: Ledger;
  private readonly onWarnings: (warnings: Lease['warnings']) => void;
  private readonly waiting: Waiting[] = [];
  private leases: HeldLease[] = [];
  private asking: Promise<void> | undefined;
  private tending: NodeJS.Timeout | undefined;
  private settled: Usd = '0';
  private dearest: Usd = LEAST;
  /** Spent elsewhere, and not booked with any lease. */
  private debt: Usd = '0';
  /** The last that was closed: where the ledger grants no more, what is spent all the same is booked with it. */
  private closed: HeldLease | undefined;

  constructor(
    limit: Requirements['budget_limit'],
    ledger: Ledger,
    onWarnings: (warnings: Lease['warnings']) => void,
  ) {
    this.limit = limit;
    this.ledger = ledger;
    this.onWarnings = onWarnings;
  }

  async reserve(estimate: Estimate): Promise<Admission> {
    const amount = amountToReserve(estimate, this.limit, this.dearest);
    if (typeof amount !== 'string') return amount;
    const least = maxUsd(amount, LEAST);
    const parts = this.waiting.length === 0 ? this.partsFor(least) : undefined;
    if (parts !== undefined) return this.admit(parts, least);
    return new Promise((answer) => {
      this.waiting.push({ amount: least, answer });
      this.ask();
    });
  }

  spend(actual: Usd): void {
    this.settled = addUsd(this.settled, actual);
    this.debt = addUsd(this.debt, actual);
    this.payDebt();
    if (this.debt !== '0') this.ask();
  }

  spent(): Usd {
    return this.settled;
  }

  async close(): Promise<void> {
    clearInterval(this.tending);
    await this.asking;
    for (const lease of this.leases) lease.closing = true;
    for (let tries = 0; tries < TRIES && this.leases.length > 0; tries++) await this.settle();
  }

  private partsFor(amount: Usd): readonly LeasePart[] | undefined {
    return partsFor(this.leases, amount, performance.now());
  }

  private admit(parts: readonly LeasePart[], amount: Usd): Admission {
    for (const part of parts) part.lease.reserve(part.amount);
    const reservation = once((actual) => {
      const cost = actual ?? amount;
      settleParts(parts, cost, performance.now());
      this.settled = addUsd(this.settled, cost);
      this.dearest = maxUsd(this.dearest, cost);
    });
    return { kind: 'admitted', reservation };
  }

  private ask(): void {
    this.asking ??= this.askAll().finally(() => {
      this.asking = undefined;
      if (this.waiting.length > 0) this.ask();
    });
  }

  /** One request at a time, for all that wait: the first sets the least, and what comes back serves as many as it can. */
  private async askAll(): Promise<void> {
    this.serve();
    while (this.waiting.length > 0 || this.debt !== '0') {
      const minimum = this.waiting[0]?.amount ?? '0';
      const refusal = await this.askFor(minimum);
      if (refusal !== undefined) this.refuse(minimum, refusal);
      this.serve();
      if (refusal !== undefined && this.waiting.length === 0) return this.bookWithClosed();
    }
  }

  private async bookWithClosed(): Promise<void> {
    const { closed } = this;
    if (this.debt === '0' || closed === undefined) return;
    closed.settle('0', this.debt, performance.now());
    this.debt = '0';
    if (!this.leases.includes(closed)) this.leases.push(closed);
    this.keepTending();
    await this.settle();
  }

  /** Asks for what the first that waits lacks beside the room that is held already. */
  private async askFor(amount: Usd): Promise<AdmissionRefused | undefined> {
    const settled = this.untold(amount);
    const minimum = maxUsd(subtractUsd(amount, roomOf(this.leases, performance.now())), '0');
    const wanted = this.waiting.reduce(
      (sum, waiting) => addUsd(sum, waiting.amount),
      multiplyUsd(amount, AHEAD),
    );
    const request = {
      lease_id: uuidv7(),
      writer: this.ledger.writer,
      wanted_usd: wanted,
      minimum_usd: minimum,
      settled,
    };
    let askedAt = performance.now();
    let answer = await this.ledger.lease(request);
    // The same id again: the ledger answers what it answered before.
    for (let tries = 1; tries < TRIES && answer.kind === 'unreachable'; tries++) {
      askedAt = performance.now();
      answer = await this.ledger.lease(request);
    }
    if (answer.kind !== 'ok') return refusalOf(answer);
    this.heard(settled, askedAt);
    this.leases.push(new HeldLease(answer.value, askedAt));
    this.payDebt();
    this.keepTending();
    if (answer.value.warnings.length > 0) this.onWarnings(answer.value.warnings);
    return undefined;
  }

  private serve(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const parts = this.partsFor(first.amount);
      if (parts === undefined) return;
      this.waiting.shift();
      first.answer(this.admit(parts, first.amount));
    }
  }

  /** Who needs as much as was refused, or more, need not ask again. */
  private refuse(minimum: Usd, refusal: AdmissionRefused): void {
    const all = refusal.reason !== 'over_budget';
    const refused = this.waiting.filter(({ amount }) => all || compareUsd(amount, minimum) >= 0);
    for (const waiting of refused) this.waiting.splice(this.waiting.indexOf(waiting), 1);
    for (const { answer } of refused) answer(refusal);
  }

  private payDebt(): void {
    const lease = this.leases.at(-1);
    if (lease === undefined || this.debt === '0') return;
    lease.settle('0', this.debt, performance.now());
    this.debt = '0';
  }

  private keepTending(): void {
    this.tending ??= setInterval(() => void this.tend(), TEND_MS).unref();
  }

  /** Gives back what is idle, and tells the ledger that this process lives. */
  private async tend(): Promise<void> {
    const now = performance.now();
    for (const lease of this.leases)
      if (!lease.isBusy && lease.idleSince !== undefined && now - lease.idleSince > IDLE_MS)
        lease.closing = true;
    if (this.leases.some((lease) => lease.closing || lease.isAging(now))) await this.settle();
    if (this.leases.length > 0) return;
    clearInterval(this.tending);
    this.tending = undefined;
  }

  private async settle(): Promise<void> {
    const settled = this.leases.slice(0, MAX_SETTLED).map((lease) => lease.settlement());
    if (settled.length === 0) return;
    const askedAt = performance.now();
    const answer = await this.ledger.settle({ writer: this.ledger.writer, settled });
    if (answer.kind === 'ok') this.heard(settled, askedAt);
  }

  /** What is left of an idle lease that has no room for what waits is of more use in the ledger. */
  private untold(minimum: Usd): SettledLease[] {
    const now = performance.now();
    for (const lease of this.leases)
      if (!lease.isBusy && compareUsd(lease.room(now), minimum) < 0) lease.closing = true;
    return this.leases
      .filter((lease) => lease.isUntold)
      .slice(0, MAX_SETTLED)
      .map((lease) => lease.settlement());
  }

  private heard(settled: readonly SettledLease[], askedAt: number): void {
    for (const lease of this.leases) lease.renewed(askedAt);
    for (const settlement of settled)
      this.leases.find(({ id }) => id === settlement.lease_id)?.booked(settlement);
    const closed = new Set(settled.flatMap(({ lease_id, closed }) => (closed ? [lease_id] : [])));
    // One with which something was booked while the ledger was told stays until that is told, too.
    const done = this.leases.filter((lease) => closed.has(lease.id) && lease.isTold);
    this.closed = done.at(-1) ?? this.closed;
    this.leases = this.leases.filter((lease) => !done.includes(lease));
  }
}

const REASON_OF = {
  workflow_suspended: 'workflow_suspended',
  policy_not_registered: 'policy_superseded',
} as const;

function refusalOf(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): AdmissionRefused {
  if (answer.kind === 'unreachable')
    return { kind: 'refused', reason: 'service_unreachable', field: '(ledger)', expected: answer.why };
  if (answer.code === 'over_budget') return overBudget(answer.field ?? 'budget', answer.message);
  const known = Object.entries(REASON_OF).find(([code]) => code === answer.code)?.[1];
  return { kind: 'refused', reason: known ?? 'policy_error', field: '(ledger)', expected: answer.message };
}
