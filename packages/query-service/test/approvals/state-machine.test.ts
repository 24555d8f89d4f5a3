import { type ApprovalState, canonicalJson, type Receipt, TollgateError } from '@tollgate/contract';
import fc from 'fast-check';
import { v4 as uuidv4 } from 'uuid';
import { expect, test } from 'vitest';
import { consumeGrant } from '../../src/approvals/consume-grant.ts';
import { decideApproval } from '../../src/approvals/decide-approval.ts';
import { sweepExpired } from '../../src/approvals/expire.ts';
import { requestApproval } from '../../src/approvals/request-approval.ts';
import { waitForApproval } from '../../src/approvals/wait-for-approval.ts';
import { withdrawApproval } from '../../src/approvals/withdraw-approval.ts';
import type { AgentIdentity, PersonIdentity } from '../../src/index.ts';
import { issueToken } from '../../src/index.ts';
import { registerRun } from '../../src/registrations/register-run.ts';
import { registerWorkflow } from '../../src/registrations/register-workflow.ts';
import { resumeWorkflow, suspendWorkflow } from '../../src/registrations/suspend.ts';
import { type TestControl, testControl } from '../support/control.ts';
import { versionOf, workflowYaml } from '../support/workflow.ts';

/** Two different people have to approve, within 60 seconds; bob, who is named as well, started the run. */
const YAML = workflowYaml({ needed: 2, expires: '60s', approvers: ['alice@example.com', 'group:release'] });
const EXACT = canonicalJson({ target: 'production', version: 'v1.2.3' });
const EDITED = canonicalJson({ target: 'production', version: 'v6.6.6' });
type PersonName = 'alice' | 'dora' | 'bob' | 'carol';

interface Real {
  readonly test: TestControl;
  readonly people: Readonly<Record<PersonName | 'owner', PersonIdentity>>;
  readonly agent: AgentIdentity;
  readonly run_id: string;
  approval_id: string;
  readonly receipts: Receipt[];
}

/** What should be true, by the rules alone. */
interface Model {
  state: ApprovalState;
  expiresAt: bigint;
  approvers: Set<PersonName>;
  suspended: boolean;
  receipts: number;
}

const mayDecide = (name: PersonName): boolean => name === 'alice' || name === 'dora';
const code = (error: unknown): string => (error instanceof TollgateError ? error.code : String(error));

/** What a call gave: `ok`, or the code of the refusal. */
async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'ok', code);
}

function expire(model: Model, real: Real): void {
  const live = model.state === 'waiting' || model.state === 'approved';
  if (live && model.expiresAt <= real.test.clock.now) model.state = 'expired';
}

type Command = fc.AsyncCommand<Model, Real>;

/** One step: applies the rules to the model, does it for real, and compares what was answered and what stands. */
function command(name: string, step: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      expire(model, real);
      await step(model, real);
      const status = await waitForApproval(real.test.deps, real.agent, real.approval_id, {
        wait_seconds: 0,
        signal: new AbortController().signal,
      });
      expire(model, real);
      expect(status.state).toBe(model.state);
      expect(real.receipts).toHaveLength(model.receipts);
      for (const { approved_by } of real.receipts) {
        expect(new Set(approved_by)).toEqual(new Set(['alice@example.com', 'dora@example.com']));
      }
    },
    toString: () => name,
  };
}

const decide = (by: PersonName, decision: 'approve' | 'refuse'): Command =>
  command(`${by} ${decision}s`, async (model, real) => {
    const answer = await outcome(
      decideApproval(real.test.deps, real.people[by], real.approval_id, { decision, reason: 'because' }),
    );
    if (!mayDecide(by)) return expect(answer).toBe(by === 'bob' ? 'four_eyes' : 'forbidden');
    if (model.state === 'expired') return expect(answer).toBe('approval_expired');
    if (model.state !== 'waiting' || model.approvers.has(by)) return expect(answer).toBe('approval_decided');
    expect(answer).toBe('ok');
    if (decision === 'refuse') model.state = 'refused';
    else if (model.approvers.add(by).size === 2) {
      model.state = 'approved';
      model.expiresAt = real.test.clock.now + 60_000_000_000n;
    }
  });

const consume = (args: string, parallel: number): Command =>
  command(`consume ${args === EXACT ? 'exact' : 'edited'} × ${parallel}`, async (model, real) => {
    const request = {
      run_id: real.run_id,
      call_id: 'call',
      tool: 'deploy',
      policy_version: versionOf(YAML),
      arguments: args,
    };
    const calls = Array.from({ length: parallel }, () =>
      consumeGrant(real.test.deps, real.agent, real.approval_id, request),
    );
    const answers = await Promise.allSettled(calls);
    const receipts = answers.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    real.receipts.push(...receipts);
    const usable = model.state === 'approved' && !model.suspended && args === EXACT;
    expect(receipts).toHaveLength(usable ? 1 : 0);
    if (!usable) return;
    model.receipts += 1;
    model.state = 'consumed';
  });

const withdraw = command('withdraw', async (model, real) => {
  const answer = await outcome(withdrawApproval(real.test.deps, real.agent, real.approval_id));
  const open = model.state === 'waiting' || model.state === 'approved';
  expect(answer === 'ok').toBe(open || model.state === 'withdrawn');
  if (open) model.state = 'withdrawn';
});

const askAgain = command('ask again', async (model, real) => {
  const asked = requestApproval(real.test.deps, real.agent, requestOf(real));
  const closed = model.state === 'expired' || model.state === 'withdrawn';
  if (closed && model.suspended) return expect(await outcome(asked)).toBe('workflow_suspended');
  const { approval_id } = await asked;
  expect(approval_id === real.approval_id).toBe(!closed);
  if (!closed) return;
  real.approval_id = approval_id;
  Object.assign(model, {
    state: 'waiting',
    approvers: new Set(),
    expiresAt: real.test.clock.now + 60_000_000_000n,
  });
});

const commands: fc.Arbitrary<Command>[] = [
  // The way that leads somewhere, more often than chance would find it.
  ...(['alice', 'dora', 'alice', 'dora'] as const).map((by) => fc.constant(decide(by, 'approve'))),
  ...[1, 2, 8].map((parallel) => fc.constant(consume(EXACT, parallel))),
  fc
    .tuple(
      fc.constantFrom<PersonName[]>('alice', 'dora', 'bob', 'carol'),
      fc.constantFrom('approve', 'refuse'),
    )
    .map(([by, decision]) => decide(by, decision)),
  fc
    .tuple(fc.constantFrom(EXACT, EDITED), fc.integer({ min: 1, max: 4 }))
    .map(([args, n]) => consume(args, n)),
  fc.constant(withdraw),
  fc.constant(askAgain),
  fc.integer({ min: 1, max: 40 }).map((seconds) =>
    command(`${seconds} s pass`, async (model, real) => {
      real.test.clock.advance(seconds);
      expire(model, real);
    }),
  ),
  fc.constant(command('sweep', async (_, real) => void (await sweepExpired(real.test.deps)))),
  fc.constant(command('restart', async (_, real) => real.test.reopen())),
  fc.boolean().map((suspend) =>
    command(suspend ? 'suspend' : 'resume', async (model, real) => {
      const change = suspend ? suspendWorkflow : resumeWorkflow;
      const answer = await outcome(change(real.test.deps, real.people.owner, 'ops-deploy', 'because'));
      expect(answer).toBe(model.suspended === suspend ? 'conflict' : 'ok');
      model.suspended = suspend;
    }),
  ),
];

const requestOf = ({ run_id }: Pick<Real, 'run_id'>) => ({
  ...{ run_id, workflow: 'ops-deploy', policy_version: versionOf(YAML), tool: 'deploy', call_id: 'call' },
  ...{ action: 'deploy', arguments: EXACT, rollback_note: 'Deploy v1.2.2' },
});

async function setUp(): Promise<{ model: Model; real: Real }> {
  const control = await testControl();
  const people = {
    owner: await control.person('owner@example.com', ['owner']),
    alice: await control.person('alice@example.com', ['approver']),
    dora: await control.person('dora@example.com', ['approver'], ['release']),
    bob: await control.person('bob@example.com', ['approver'], ['release']),
    carol: await control.person('carol@example.com', ['approver']),
  };
  const agent = await control.agent();
  await registerWorkflow(control.deps, people.owner, YAML);
  const { token } = await issueToken(control.control, {
    email: 'bob@example.com',
    label: '',
    created_by: 'test',
  });
  const { run_id } = await registerRun(control.deps, agent, {
    ...{ workflow: 'ops-deploy', policy_version: versionOf(YAML), writer: uuidv4() },
    ...{ initiator: 'somebody', initiator_token: token },
  });
  const { approval_id } = await requestApproval(control.deps, agent, requestOf({ run_id }));
  const expiresAt = control.clock.now + 60_000_000_000n;
  return {
    model: { state: 'waiting', expiresAt, approvers: new Set(), suspended: false, receipts: 0 },
    real: { test: control, people, agent, run_id, approval_id, receipts: [] },
  };
}

test('no sequence of calls gives two receipts, or one without two approvals by others, in time, of these very bytes', {
  timeout: 120_000,
}, async () => {
  let receipts = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: '+1' }), async (sequence) => {
      const { model, real } = await setUp();
      try {
        await fc.asyncModelRun(() => ({ model, real }), sequence);
      } finally {
        receipts += real.receipts.length;
        await real.test.close();
      }
    }),
    { numRuns: 20 },
  );
  // Sequences that never get anywhere would prove nothing.
  expect(receipts).toBeGreaterThan(0);
});
