import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Where in a process the next SIGKILL comes from, and whom it hits: written by the parent, read at each step. */
export interface StrikeOrder {
  readonly id: string;
  readonly side: 'gate' | 'service';
  readonly step: string;
  /** Of the gate: which class of call. */
  readonly actionClass?: 2 | 3;
  /** The first time that the step is passed in a process, or the second. */
  readonly nth: number;
  readonly afterMs?: number;
  /** Process ids. */
  readonly victims: { readonly agent?: number; readonly service?: number };
}

/** Left beside the order once it is carried out, before anybody dies of it: the process ids of the victims. */
export function struckFile(orderFile: string, id: string): string {
  return `${orderFile}.${id}.struck`;
}

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the whole process: nothing happens between a step and the deaths. */
function block(ms: number): void {
  Atomics.wait(clock, 0, 0, ms);
}

/** Kills what it is told to at a step of this process, synchronously; itself last. */
export class Striker {
  private readonly orderFile: string;
  private readonly side: StrikeOrder['side'];
  private orderId = '';
  private count = 0;

  constructor(orderFile: string, side: StrikeOrder['side']) {
    this.orderFile = orderFile;
    this.side = side;
  }

  passed(step: string, actionClass?: 2 | 3): void {
    const order = this.order();
    if (order === undefined || order.side !== this.side || order.step !== step) return;
    if (order.actionClass !== actionClass) return;
    if (order.id !== this.orderId) this.count = 0;
    this.orderId = order.id;
    this.count += 1;
    if (this.count !== order.nth) return;
    if (order.afterMs === undefined) this.strike(order);
    // The parent may have taken the order back meanwhile.
    else setTimeout(() => this.order()?.id === order.id && this.strike(order), order.afterMs);
  }

  private order(): StrikeOrder | undefined {
    try {
      return JSON.parse(readFileSync(this.orderFile, 'utf8')) as StrikeOrder;
    } catch {
      return undefined;
    }
  }

  private strike({ id, victims }: StrikeOrder): void {
    const struck = struckFile(this.orderFile, id);
    if (existsSync(struck)) return;
    const pids = Object.values(victims);
    writeFileSync(`${struck}.new`, JSON.stringify(pids));
    renameSync(`${struck}.new`, struck);
    for (const pid of pids) if (pid !== process.pid) killAndWait(pid);
    if (!pids.includes(process.pid)) return;
    process.kill(process.pid, 'SIGKILL');
    for (;;) block(1000);
  }
}

/** Waits until the parent has seen it die. */
function killAndWait(pid: number): void {
  for (let waited = 0; isThere(pid, waited === 0 ? 'SIGKILL' : 0); waited++) block(1);
}

function isThere(pid: number, signal: 'SIGKILL' | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
