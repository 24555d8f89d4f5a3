import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouse, openClickHouse } from '@tollgate/clickhouse';
import type { StaticKey } from '@tollgate/collector';
import { type Gate, startGate } from '../../../conformance/support/gate.ts';
import { setPrices } from '../../../support/prices.ts';
import { WORKFLOW } from '../corpus/governed.ts';
import { PRICED_MODEL } from '../corpus/model-call.ts';
import type { Sender } from '../corpus/story.ts';
import { COLLECTORS, type CollectorName } from '../plan/strikes.ts';
import { OTHER_KEY, type Sabotage } from '../programs/setup.ts';
import { CollectorAtRisk } from './collector-at-risk.ts';

export const KEYS: Readonly<Record<Sender, string>> = {
  any: 'tgk_any_0123456789abcdef',
  bound: 'tgk_bound_0123456789abcdef',
};

const KEY_LIST: readonly StaticKey[] = [
  { key: KEYS.any, principal: 'platform', team: 'platform', workflows: ['*'] },
  { key: KEYS.bound, principal: 'support-bot', team: 'support', workflows: [WORKFLOW] },
  { key: OTHER_KEY, principal: 'somebody-else', team: 'support', workflows: ['*'] },
];

/** Small, so that a log is full within seconds, and a body is soon forgotten and has to be known by its spans. */
const LIMITS = {
  maxLogSpans: 1_500,
  blockRows: 1_000,
  rememberedBodies: 200,
  storedTimeoutMs: 2_000,
} as const;

export type Sabotaged = Partial<Record<CollectorName, readonly Sabotage[]>>;

/** An embedded ClickHouse, and two collectors that reach it through a gate each can be shut at. */
export interface House {
  readonly clickhouse: ClickHouse;
  /** When ClickHouse died, by a strike or by its supervisor's hand; milliseconds since 1970. */
  readonly deaths: readonly number[];
  readonly gate: Gate;
  readonly collectors: Readonly<Record<CollectorName, CollectorAtRisk>>;
  close(): Promise<void>;
}

/** On the disk of this repository: logs belong on a real one. */
export async function openHouse(sabotage: Sabotaged): Promise<House> {
  const directory = await mkdtemp(join(resolve(import.meta.dirname, '../../../..'), '.faults-'));
  const deaths: number[] = [];
  const clickhouse = await openClickHouse({
    directory: join(directory, 'clickhouse'),
    log: ({ kind }) => {
      if (kind === 'ended') deaths.push(Date.now());
    },
  });
  await setPrices(clickhouse.clients.service, [PRICED_MODEL]);
  const gate = await startGate(Number(new URL(clickhouse.url).port));
  const start = async (name: CollectorName) => {
    await mkdir(join(directory, name));
    return CollectorAtRisk.start(name, {
      clickhouseUrl: `http://127.0.0.1:${gate.port}`,
      credentials: clickhouse.credentials,
      keys: KEY_LIST,
      directory: join(directory, name, 'log'),
      port: 0,
      syncJournal: join(directory, name, 'synced'),
      // One of them makes its clients wait until the tables have it.
      acknowledge: name === 'a' ? 'logged' : 'stored',
      limits: LIMITS,
      sabotage: sabotage[name] ?? [],
    });
  };
  const [a, b] = await Promise.all(COLLECTORS.map(start));
  if (a === undefined || b === undefined) throw new Error('two collectors are needed');
  return {
    clickhouse,
    deaths,
    gate,
    collectors: { a, b },
    close: async () => {
      await Promise.all([a.kill(), b.kill()]);
      await gate.close();
      await clickhouse.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** SIGKILL; its supervisor starts it again. */
export function killClickHouse({ clickhouse }: House): void {
  const pid = clickhouse.pid();
  if (pid !== undefined) signal(pid, 'SIGKILL');
}

/** Stops it for a while, in the middle of whatever it does. */
export async function stallClickHouse({ clickhouse }: House, ms: number): Promise<void> {
  const pid = clickhouse.pid();
  if (pid === undefined) return;
  signal(pid, 'SIGSTOP');
  await sleep(ms);
  signal(pid, 'SIGCONT');
}

/** Only ever to a process that was started here; it may be gone by now. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
