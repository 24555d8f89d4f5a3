import { addUsd, compareUsd, type Lease, type SettledLease, subtractUsd, type Usd } from '@tollgate/contract';

/** The client stops using a lease this long before the service would take it for dead. */
const MARGIN_MS = 2000;

/** Room under the limits that the service's ledger has reserved for this process. */
export class HeldLease {
  readonly id: string;
  private readonly granted: Usd;
  private readonly lifetimeMs: number;
  private usableUntil = 0;
  private reserved: Usd = '0';
  private spentUsd: Usd = '0';
  private told: Usd = '0';
  /** Since when nothing was reserved from it. */
  idleSince: number | undefined;
  closing = false;

  /** @param askedAt when the request was sent: the service's clock for the lease started later than that */
  constructor({ lease_id, granted_usd, expires_in_ms }: Lease, askedAt: number) {
    this.id = lease_id;
    this.granted = granted_usd;
    this.lifetimeMs = expires_in_ms;
    this.idleSince = askedAt;
    this.renewed(askedAt);
  }

  /** The service heard of this process. */
  renewed(at: number): void {
    this.usableUntil = at + this.lifetimeMs - MARGIN_MS;
  }

  /** A third of its life has gone by since the service last heard of it. */
  isAging(now: number): boolean {
    return now > this.usableUntil + MARGIN_MS - (this.lifetimeMs * 2) / 3;
  }

  /** What can be reserved from it now. */
  room(now: number): Usd {
    if (this.closing || now >= this.usableUntil) return '0';
    const used = addUsd(this.reserved, this.spentUsd);
    return compareUsd(used, this.granted) >= 0 ? '0' : subtractUsd(this.granted, used);
  }

  reserve(amount: Usd): void {
    this.reserved = addUsd(this.reserved, amount);
    this.idleSince = undefined;
  }

  settle(amount: Usd, actual: Usd, now: number): void {
    this.reserved = subtractUsd(this.reserved, amount);
    this.spentUsd = addUsd(this.spentUsd, actual);
    if (!this.isBusy) this.idleSince = now;
  }

  get isBusy(): boolean {
    return compareUsd(this.reserved, '0') > 0;
  }

  /** The ledger knows all that was spent. */
  get isTold(): boolean {
    return this.told === this.spentUsd;
  }

  /** What the ledger does not know of it yet. */
  get isUntold(): boolean {
    return this.closing || !this.isTold;
  }

  settlement(): SettledLease {
    return { lease_id: this.id, spent_usd: this.spentUsd, closed: this.closing };
  }

  /** The ledger has booked this settlement. */
  booked({ spent_usd }: SettledLease): void {
    this.told = spent_usd;
  }
}
