import { APPROVAL_STATES, FLAG_STATES, SEVERITIES } from '@tollgate/contract';
import { Gauge, type Registry } from 'prom-client';
import type { Deps } from '../deps.ts';
import { unjudgedCount } from '../flags/unjudged.ts';
import { outboxDepth } from '../records/outbox.ts';

type ControlDeps = Pick<Deps, 'control' | 'clock'>;
type Gauging = Readonly<{ name: string; help: string; labelNames?: string[] }>;

/** What stands in the control state: approvals, flags, the outbox, and who waits. */
export function controlMetrics(deps: ControlDeps, registry: Registry): void {
  const { control } = deps;
  const gauge = (about: Gauging, read: (gauge: Gauge) => Promise<void> | void) =>
    new Gauge({
      ...about,
      registers: [registry],
      async collect() {
        await read(this);
      },
    });
  gauge({ name: 'tollgate_outbox_rows', help: 'Rows on their way to ClickHouse.' }, async (one) =>
    one.set(await outboxDepth(control)),
  );
  gauge({ name: 'tollgate_leader', help: 'Whether this process does the background work: 1 or 0.' }, (one) =>
    one.set(control.leads() ? 1 : 0),
  );
  gauge({ name: 'tollgate_waiters', help: 'Open long polls and event streams.' }, (one) =>
    one.set(control.signals.waiting),
  );
  gauge({ name: 'tollgate_approvals', help: 'Approvals by state.', labelNames: ['state'] }, async (one) =>
    setAll(one, 'state', APPROVAL_STATES, await approvalsByState(deps)),
  );
  gauge(
    {
      name: 'tollgate_approval_oldest_wait_seconds',
      help: 'How long the oldest approval waits; 0 where none does.',
    },
    async (one) => one.set(await oldestWait(deps)),
  );
  gauge(
    { name: 'tollgate_open_flags', help: 'Flags that are open or acknowledged.', labelNames: ['severity'] },
    async (one) => setAll(one, 'severity', SEVERITIES, await openFlags(deps)),
  );
  gauge(
    { name: 'tollgate_unjudged', help: 'Runs, and months of spend, that a control could not judge.' },
    async (one) => one.set(await unjudgedCount(control)),
  );
  gauge(
    {
      name: 'tollgate_budget_drift_flags',
      help: 'Budget accounts whose ledger and evidence are flagged as not agreeing.',
    },
    async (one) => one.set(await driftFlags(deps)),
  );
}

/** Each label of a fixed list has a value, also where there is nothing of it. */
function setAll(
  gauge: Gauge,
  label: string,
  all: readonly string[],
  rows: readonly { readonly label: string; readonly count: number }[],
): void {
  const counts = new Map(rows.map(({ label: name, count }) => [name, Number(count)]));
  for (const name of all) gauge.set({ [label]: name }, counts.get(name) ?? 0);
}

const approvalsByState = ({ control: { db } }: ControlDeps) =>
  db
    .selectFrom('approvals')
    .select(({ fn }) => ['state as label', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();

const openFlags = ({ control: { db } }: ControlDeps) =>
  db
    .selectFrom('flags')
    .select(({ fn }) => ['severity as label', fn.countAll<number>().as('count')])
    .where('state', 'in', OPEN)
    .groupBy('severity')
    .execute();

const OPEN = FLAG_STATES.filter((state) => state === 'open' || state === 'acknowledged');

async function oldestWait({ control: { db }, clock }: ControlDeps): Promise<number> {
  const { oldest } = await db
    .selectFrom('approvals')
    .select(({ fn }) => fn.min('requested_at').as('oldest'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  if (oldest === null) return 0;
  return Math.max(0, Number((clock() - BigInt(oldest)) / 1_000_000n) / 1000);
}

async function driftFlags({ control: { db } }: ControlDeps): Promise<number> {
  const { count } = await db
    .selectFrom('flags')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('control', '=', 'budget_breach')
    .where('identity', 'like', '%,"drift"]')
    .where('state', 'in', OPEN)
    .executeTakeFirstOrThrow();
  return Number(count);
}
