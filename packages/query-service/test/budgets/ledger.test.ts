import { TollgateError, type Usd } from '@tollgate/contract';
import fc from 'fast-check';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { readAccounts } from '../../src/budgets/accounts.ts';
import { shareOf } from '../../src/budgets/arithmetic.ts';
import { sweepLeases } from '../../src/budgets/expire-leases.ts';
import { leaseBudget } from '../../src/budgets/lease.ts';
import { findLeases } from '../../src/budgets/leases.ts';
import { MOST_OF_AN_ACCOUNT, nanoUp, usdOf } from '../../src/budgets/nano.ts';
import { settleLeases } from '../../src/budgets/settle.ts';
import type { AgentIdentity } from '../../src/index.ts';
import { registerRun } from '../../src/registrations/register-run.ts';
import { registerWorkflow } from '../../src/registrations/register-workflow.ts';
import { type TestControl, testControl } from '../support/control.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

const CAP = 1000n;
const YAML = workflowYaml({
  budget: `{ per_run: "${usdOf(CAP * 2n)}", per_day: "${usdOf(CAP)}", per_month: "${usdOf(CAP * 9n)}" }`,
});

/** A lease as the process that holds it sees it. */
interface Held {
  readonly lease_id: string;
  readonly granted: bigint;
  /** Set aside for calls that were sent; never more than was granted. */
  reserved: bigint;
  /** What those calls really cost. */
  spent: bigint;
  open: boolean;
}

/** One agent process: its own run, its own writer, and what it believes to hold. */
interface Process {
  run_id: string;
  writer: string;
  held: Held[];
}

interface World {
  readonly test: TestControl;
  readonly agent: AgentIdentity;
  readonly processes: Process[];
  /** What every call that was sent has cost, of dead processes too. */
  real: bigint;
  granted: number;
}

const settlements = ({ held }: Process, closed: boolean) =>
  held.map(({ lease_id, spent }) => ({ lease_id, spent_usd: usdOf(spent), closed }));

async function lease(world: World, process: Process, wanted: bigint, minimum: bigint): Promise<void> {
  const lease_id = uuidv7();
  const ask = () =>
    leaseBudget(world.test.deps, world.agent, process.run_id, {
      ...{ lease_id, writer: process.writer, settled: settlements(process, false) },
      ...{ wanted_usd: usdOf(wanted), minimum_usd: usdOf(minimum) },
    });
  try {
    const answer = await ask();
    // A repeated request is the same lease, not another.
    expect(await ask()).toMatchObject({ granted_usd: answer.granted_usd });
    const granted = nanoUp(answer.granted_usd);
    expect(granted >= minimum && granted <= wanted).toBe(true);
    process.held.push({ lease_id, granted, reserved: 0n, spent: 0n, open: true });
    world.granted += 1;
    const day = (await accounts(world)).find(({ period }) => period === 'per_day');
    expect(day && day.spent + day.reserved <= CAP).toBe(true);
  } catch (error) {
    if (!(error instanceof TollgateError) || error.code !== 'over_budget') throw error;
    expect(error.issues[0]?.path).toBe('budget.per_day');
  }
}

/** A call is sent where a lease has room for the most that it can cost; what it costs is a share of that. */
function call(world: World, process: Process, estimate: bigint, percent: bigint): void {
  const lease_ = process.held.find(({ granted, reserved, open }) => open && granted - reserved >= estimate);
  if (lease_ === undefined) return;
  lease_.reserved += estimate;
  const actual = (estimate * percent) / 100n;
  lease_.spent += actual;
  world.real += actual;
}

async function accounts({ test: { control } }: World) {
  const rows = await control.db.selectFrom('budget_accounts').select('account').execute();
  return readAccounts(
    control,
    rows.map(({ account }) => account),
  );
}

/** Every account is the sum of what its leases add to it, whatever happened on the way. */
async function ledgerAddsUp(world: World): Promise<void> {
  const { db } = world.test.control;
  const ids = (await db.selectFrom('budget_leases').select('lease_id').execute()).map((row) => row.lease_id);
  const leases = await world.test.control.change((change) => findLeases(change, ids));
  for (const account of await accounts(world)) {
    const shares = leases
      .filter(({ run_account, day_account, month_account }) =>
        [run_account, day_account, month_account].includes(account.account),
      )
      .map(shareOf);
    const sum = (field: 'spent' | 'reserved') => shares.reduce((total, share) => total + share[field], 0n);
    expect(account).toMatchObject({
      spent: sum('spent'),
      reserved: sum('reserved'),
      leases: shares.reduce((total, share) => total + share.leases, 0),
    });
  }
}

type Step =
  | { do: 'lease'; by: number; wanted: bigint; minimum: bigint }
  | { do: 'call'; by: number; estimate: bigint; percent: bigint }
  | { do: 'settle' | 'close' | 'kill'; by: number }
  | { do: 'pass'; seconds: number }
  | { do: 'restart' };

const by = fc.nat(3);
const money = fc.bigInt({ min: 0n, max: 200n });
const steps = (worst: bigint): fc.Arbitrary<Step>[] => [
  fc.tuple(by, money, money).map(([who, a, b]) => ({
    ...{ do: 'lease' as const, by: who },
    ...(a < b ? { wanted: b, minimum: a } : { wanted: a, minimum: b }),
  })),
  ...[1, 2].map(() =>
    fc.record({
      do: fc.constant('call' as const),
      by,
      estimate: fc.bigInt({ min: 1n, max: 100n }),
      percent: fc.oneof(fc.bigInt({ min: 5n, max: 100n }), fc.constant(worst)),
    }),
  ),
  fc.record({ do: fc.constantFrom('settle' as const, 'close' as const), by }),
  fc.record({ do: fc.constant('kill' as const), by }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  fc.constant({ do: 'restart' as const }),
];

async function apply(world: World, step: Step): Promise<void> {
  if (step.do === 'pass') {
    world.test.clock.advance(step.seconds);
    await sweepLeases(world.test.deps);
    return;
  }
  if (step.do === 'restart') return world.test.reopen();
  const process = world.processes[step.by] as Process;
  if (step.do === 'kill') {
    // Nobody hears of its calls again; another process goes on with the same run.
    process.held = [];
    process.writer = uuidv4();
  } else if (step.do === 'lease') await lease(world, process, step.wanted, step.minimum);
  else if (step.do === 'call') call(world, process, step.estimate, step.percent);
  else if (process.held.length > 0) {
    const closed = step.do === 'close';
    const settled = settlements(process, closed);
    const answer = await settleLeases(world.test.deps, world.agent, process.run_id, {
      ...{ writer: process.writer, settled },
    });
    expect(answer.settled.length).toBe(process.held.length);
    if (closed) for (const one of process.held) one.open = false;
  }
}

async function setUp(): Promise<World> {
  const test_ = await testControl();
  const owner = await test_.person('owner@example.com', ['owner']);
  const agent = await test_.agent();
  await registerWorkflow(test_.deps, owner, YAML);
  const processes = await Promise.all(
    Array.from({ length: 4 }, async (): Promise<Process> => {
      const writer = uuidv4();
      const policy_version = versionOf(YAML);
      const request = { workflow: 'ops-deploy', policy_version, writer, initiator: 'somebody' };
      const { run_id } = await registerRun(test_.deps, agent, request);
      return { run_id, writer, held: [] };
    }),
  );
  return { test: test_, agent, processes, real: 0n, granted: 0 };
}

const dearest = (percent: bigint): Step[] => [
  { do: 'lease', by: 0, wanted: 200n, minimum: 100n },
  { do: 'call', by: 0, estimate: 100n, percent },
  { do: 'settle', by: 0 },
];

async function play(worst: bigint, after: (world: World) => Promise<void>): Promise<number> {
  let granted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...steps(worst)), { minLength: 10, maxLength: 40 }),
      async (sequence) => {
        const world = await setUp();
        try {
          for (const step of sequence) {
            await apply(world, step);
            await after(world);
          }
          await ledgerAddsUp(world);
        } finally {
          granted += world.granted;
          await world.test.close();
        }
      },
    ),
    // One story that spends the dearest call there is, whatever chance tells besides.
    { numRuns: 20, examples: [[dearest(worst)]] },
  );
  return granted;
}

test('whatever four processes lease, spend, settle and leave behind, what was really spent stays within the cap', {
  timeout: 120_000,
}, async () => {
  const granted = await play(100n, async ({ real }) => expect(real <= CAP).toBe(true));
  expect(granted).toBeGreaterThan(20);
});

test('calls that cost more than was estimated show in full, and then there are no leases', {
  timeout: 120_000,
}, async () => {
  let over = 0;
  await play(4000n, async (world) => {
    const day = (await accounts(world)).find(({ period }) => period === 'per_day');
    if (day === undefined || day.spent <= CAP) return;
    over += 1;
    const before = world.granted;
    await lease(world, world.processes[0] as Process, 10n, 0n);
    expect(world.granted).toBe(before);
  });
  expect(over).toBeGreaterThan(0);
});

test('thirty-two processes can use more than nine tenths of a cap, and no more than it', {
  timeout: 120_000,
}, async () => {
  const world = await setUp();
  try {
    const cap = 100n * 1_000_000n;
    const owner = await world.test.person('admin@example.com', ['admin']);
    const yaml = workflowYaml({ budget: `{ per_run: "50", per_day: "${usdOf(cap)}" }` });
    await registerWorkflow(world.test.deps, owner, yaml);
    const estimate = cap / 1000n;
    const spent = await spendAll(world, versionOf(yaml), { estimate, processes: 32 });
    expect(spent <= cap).toBe(true);
    expect(spent * 10n >= cap * 9n).toBe(true);
  } finally {
    await world.test.close();
  }
});

test('an account that holds all that the ledger can count holds up no lease of others that is over', async () => {
  const world = await setUp();
  try {
    for (const process of world.processes.slice(0, 2)) await lease(world, process, 2n, 1n);
    const [full, other] = world.processes.map(({ held }) => held[0]?.lease_id ?? '');
    await world.test.control.change(async ({ db }) => {
      const account = `run:${world.processes[0]?.run_id}`;
      await db
        .updateTable('budget_accounts')
        .set({ spent: 8n * MOST_OF_AN_ACCOUNT })
        .where('account', '=', account)
        .execute();
    });
    world.test.clock.advance(31);
    expect(await sweepLeases(world.test.deps)).toBe(2);
    const leases = await world.test.control.change((change) => findLeases(change, [full ?? '', other ?? '']));
    expect(leases.map(({ state }) => state)).toEqual(['expired', 'expired']);
  } finally {
    await world.test.close();
  }
});

/** Processes that take turns at calls of one estimate, cost 5 to 100 % of it, and close what they hold at a refusal. */
async function spendAll(
  { test: { deps }, agent }: World,
  policy_version: string,
  { estimate, processes }: { estimate: bigint; processes: number },
): Promise<bigint> {
  let total = 0n;
  const usd = (amount: bigint): Usd => usdOf(amount);
  const one = async (index: number): Promise<void> => {
    const writer = uuidv4();
    const start = { workflow: 'ops-deploy', policy_version, writer, initiator: 'somebody' };
    const { run_id } = await registerRun(deps, agent, start);
    let held: { lease_id: string; granted: bigint; spent: bigint } | undefined;
    for (let calls = 0; ; calls++) {
      if (held === undefined || held.granted - held.spent < estimate) {
        const closing = held === undefined ? [] : [{ ...held, closed: true }];
        const settled = closing.map(({ lease_id, spent, closed }) => ({
          ...{ lease_id, spent_usd: usd(spent), closed },
        }));
        const lease_id = uuidv7();
        const wanted = { wanted_usd: usd(estimate * 20n), minimum_usd: usd(estimate) };
        try {
          const answer = await leaseBudget(deps, agent, run_id, { lease_id, writer, settled, ...wanted });
          held = { lease_id, granted: nanoUp(answer.granted_usd), spent: 0n };
        } catch (error) {
          if (error instanceof TollgateError && error.code === 'over_budget') return;
          throw error;
        }
      }
      const actual = (estimate * BigInt(5 + ((calls * 37 + index * 11) % 96))) / 100n;
      held.spent += actual;
      total += actual;
    }
  };
  await Promise.all(Array.from({ length: processes }, (_, index) => one(index)));
  return total;
}
