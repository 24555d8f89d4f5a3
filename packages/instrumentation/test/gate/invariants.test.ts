import { parseWorkflow, requirements } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tollgate } from '../../src/index.ts';
import { otlpDelivery } from '../../src/outbox/delivery.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { resourceOf } from '../../src/resource.ts';
import { ServiceClient } from '../../src/service/client.ts';
import { HeartbeatMonitor } from '../../src/service/heartbeat.ts';
import { redaction } from '../../src/start.ts';
import { openTollgate } from '../../src/tollgate.ts';
import { FaultyDisk } from '../support/faulty-disk.ts';
import type { GatewayMode } from '../support/gateway.ts';
import { ANA, type House, openHouse, SAM } from '../support/house.ts';
import { SUPPORT_WORKFLOW } from '../support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** What `start` opens, over a disk with faults. */
async function startOn(disk: FaultyDisk): Promise<{ tollgate: Tollgate; outbox: Outbox }> {
  const parsed = parseWorkflow(SUPPORT_WORKFLOW);
  if (parsed.kind !== 'valid') throw new Error('the workflow is not valid');
  const policy = requirements(parsed.workflow);
  const client = new ServiceClient(house.service.url, house.agentKey);
  const heartbeat = new HeartbeatMonitor(client, policy.workflow, policy.policy_version);
  const outbox = await Outbox.open({
    directory: house.outbox,
    maxBytes: 1024 * 1024,
    deliver: otlpDelivery(`${house.collector.url}/v1/traces`, house.agentKey),
    onProblem: () => {},
    onLost: () => {},
    openSegment: disk.openSegment,
  });
  const writer = crypto.randomUUID();
  const resource = resourceOf(policy.workflow);
  const means = { outbox, resource, problem: () => {}, ...redaction(policy) };
  const shared = { policy, writer, client, heartbeat, onBudgetWarning: () => {}, ...means };
  return { tollgate: openTollgate(shared, new Map(), false), outbox };
}

const ROUTES = ['heartbeat', 'approvals', 'status', 'consume'] as const;
const ARGUMENTS = { to: 'kim@example.com', text: 'Sorry.' };

const story = fc.record({
  decision: fc.constantFrom('approve', 'refuse', 'withdraw'),
  args: fc.constantFrom<unknown>(
    ARGUMENTS,
    ARGUMENTS,
    { ...ARGUMENTS, to: 'x@elsewhere.org' },
    { at: Number.NaN },
  ),
  disk: fc.array(fc.constantFrom('none', 'none', 'open', 'write', 'sync'), { maxLength: 8 }),
  /** From the moment that the service hears of it, nothing can be synced any more. */
  breaksAt: fc.constantFrom('never', 'never', '/v1/approvals', '/consume'),
  route: fc.constantFrom(...ROUTES, 'none', 'none'),
  fault: fc.constantFrom<GatewayMode | 'lose'>('cut', 500, 503, 'lose'),
  times: fc.integer({ min: 1, max: 3 }),
});

const PLAIN = {
  decision: 'approve',
  args: ARGUMENTS,
  disk: [] as 'none'[],
  breaksAt: 'never',
  route: 'none',
  fault: 'cut',
  times: 1,
} as const;

test('no order of verdicts, decisions and faults executes a class-3 tool without synced intent and a consumed grant', async () => {
  let executions = 0;
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ decision, args, disk: faults, breaksAt, route, fault, times }) => {
      house.service.requests.length = 0;
      const disk = new FaultyDisk();
      const { tollgate, outbox } = await startOn(disk);
      let executed = 0;
      let callId = '';
      const tool = tollgate.tool<unknown, void>({
        name: 'send_reply',
        execute: async (_, context) => {
          executed += 1;
          callId = context.callId;
          const synced = disk.syncedText();
          expect(synced).toContain(`"call_id":"${callId}","detail":{"approved_by":["${ANA}"]`);
          expect(synced).toContain('"reason":"approval_granted"');
          expect(synced).not.toContain('withdrawn');
          const [id = ''] = /"approval_id":"([^"]+)"/.exec(synced)?.slice(1) ?? [];
          house.service.rule = () => undefined;
          expect(await house.api(ANA, 'GET', `/v1/approvals/${id}`)).toMatchObject({ state: 'consumed' });
        },
      });
      const pending = [...faults];
      disk.fails = (operation) => {
        if (operation === 'sync' && house.service.requests.some((line) => line.endsWith(breaksAt)))
          return true;
        if (pending[0] === 'none' || pending[0] === operation) return pending.shift() === operation;
        return false;
      };
      const over = { now: false };
      const deciding = decide(decision, over);
      const result = await tollgate.run({ initiator: SAM, initiatorToken: house.tokenOf(SAM) }, async () => {
        injectFault(route, fault, times);
        await tool(args);
      });
      over.now = true;
      house.service.rule = () => undefined;
      house.service.loseAnswer = undefined;
      await deciding;
      disk.fails = () => false;
      expect(executed).toBe(result.status === 'completed' ? 1 : 0);
      if (decision !== 'approve' || args !== ARGUMENTS || breaksAt !== 'never') expect(executed).toBe(0);
      executions += executed;
      refusals += 1 - executed;
      await outbox.close(0);
    }),
    {
      numRuns: 20,
      examples: [[PLAIN], [{ ...PLAIN, breaksAt: '/v1/approvals' }], [{ ...PLAIN, breaksAt: '/consume' }]],
    },
  );
  // Both ends of the story were told, or the test has shown nothing.
  expect(executions).toBeGreaterThan(0);
  expect(refusals).toBeGreaterThan(0);
}, 60_000);

function injectFault(route: string, fault: GatewayMode | 'lose', times: number): void {
  let left = times;
  const concerns = (path: string) =>
    route === 'approvals'
      ? path.endsWith('/v1/approvals')
      : path.split('?')[0]?.endsWith(`/${route}`) === true;
  if (fault === 'lose') {
    house.service.loseAnswer = concerns;
    return;
  }
  house.service.rule = ({ method, path }) => {
    if (!concerns(path) || (route === 'approvals' && method !== 'POST') || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

/** The approver, or somebody with the agent's key who takes the request back; gives up when the run is over. */
async function decide(decision: string, over: { now: boolean }): Promise<void> {
  while (!over.now) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { items } = await house.api(ANA, 'GET', '/v1/approvals?state=waiting');
    for (const { approval_id: id } of items as { approval_id: string }[])
      if (decision === 'withdraw')
        await fetch(`${house.service.url}/v1/approvals/${id}/withdraw`, {
          method: 'POST',
          headers: { authorization: `Bearer ${house.agentKey}` },
        });
      else
        await house
          .api(ANA, 'POST', `/v1/approvals/${id}/decision`, { decision, reason: 'because' })
          .catch(() => {});
  }
}
