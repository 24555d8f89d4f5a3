import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLAIM_SECONDS } from '../../src/samples/claim-sample.ts';
import { seconds, systemClock, timeText } from '../../src/state/time.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { serviceRecords } from '../support/records.ts';
import { codeOf, startService, type TestService } from '../support/service.ts';

const REVIEWERS = Array.from({ length: 6 }, (_, index) => `reviewer-${index}@example.com`);

let service: TestService;
let flow: Flow;
let tokens: string[];
let ahead = 0n;
beforeAll(async () => {
  const clock = systemClock();
  service = await startService({ clock: () => clock() + seconds(Number(ahead)), background: [] });
  flow = await approvalFlow(service);
  tokens = [];
  for (const email of REVIEWERS) tokens.push(await service.person(email, ['reviewer']));
});
afterAll(() => service?.close());

/** A sample of a run that was started with this token, as drawing leaves it. */
async function sample(initiator?: string): Promise<string> {
  const sample_id = randomUUID();
  const run_id = await flow.run(initiator);
  await service.service.control.change(async ({ db, now }) => {
    await db
      .insertInto('samples')
      .values({
        ...{ sample_id, run_id, call_id: 'c', workflow: 'ops-deploy', policy_version: flow.policy_version },
        ...{ owner: 'owner@example.com', team: 'ops', tool: 'set_status', action: 'update_status' },
        ...{ why: 'drawn', reviewers: JSON.stringify(REVIEWERS), sampled_at: timeText(now) },
        due_at: timeText(now + seconds(86_400)),
      })
      .execute();
  });
  return sample_id;
}

const at = (index: number) => tokens[index] ?? '';
const claim = (token: string, id: string) => service.call(token, 'POST', `/v1/samples/${id}/claim`, {});
const review = (token: string, id: string) =>
  service.call(token, 'POST', `/v1/samples/${id}/review`, { verdict: 'acceptable', note: 'looked at it' });
const recorded = async (id: string) =>
  (await serviceRecords(service.service.control)).filter(
    ({ kind, detail }) => kind === 'review_claimed' && detail?.['sample_id'] === id,
  );

describe('claims of a sampled action', () => {
  test('of claims at the same time exactly one holds, and it alone is on record', async () => {
    const id = await sample();
    const answers = await Promise.all(tokens.map((token) => claim(token, id)));
    const held = answers.filter(({ status }) => status === 200);
    expect(held).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === 'conflict')).toHaveLength(tokens.length - 1);
    const read = await service.call(at(0), 'GET', `/v1/samples/${id}`);
    expect(read.body['assigned_to']).toBe(held[0]?.body['assigned_to']);
    expect(await recorded(id)).toMatchObject([{ actor: read.body['assigned_to'], tool: 'set_status' }]);
  });

  test('of reviews at the same time exactly one counts', async () => {
    const id = await sample();
    const answers = await Promise.all(tokens.map((token) => review(token, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  });

  test('who holds it reviews it, others do not; without a claim anybody may', async () => {
    const id = await sample();
    expect((await claim(at(0), id)).status).toBe(200);
    expect(codeOf(await review(at(1), id))).toBe('conflict');
    expect((await review(at(0), id)).status).toBe(200);
    expect(codeOf(await claim(at(0), id))).toBe('conflict');
    expect((await review(at(1), await sample())).status).toBe(200);
  });

  test('a claim lapses, so that nobody’s absence holds a review up; claiming again prolongs it', async () => {
    const id = await sample();
    expect((await claim(at(0), id)).status).toBe(200);
    ahead += BigInt(CLAIM_SECONDS) - 60n;
    expect((await claim(at(0), id)).status).toBe(200);
    ahead += 120n;
    expect(codeOf(await claim(at(1), id))).toBe('conflict');
    ahead += BigInt(CLAIM_SECONDS);
    expect((await claim(at(1), id)).body).toMatchObject({ assigned_to: REVIEWERS[1] });
    expect(codeOf(await review(at(0), id))).toBe('conflict');
  });

  test('a claim is released by who holds it, or by an admin for them, and then anybody may claim', async () => {
    const id = await sample();
    const release = (token: string) => service.call(token, 'POST', `/v1/samples/${id}/release`, {});
    expect(codeOf(await release(at(0)))).toBe('conflict');
    expect((await claim(at(0), id)).status).toBe(200);
    expect(codeOf(await release(at(1)))).toBe('forbidden');
    expect((await release(at(0))).body).toMatchObject({ assigned_to: null });
    expect((await claim(at(1), id)).status).toBe(200);
    const stranger = await service.person('other@example.com', ['reviewer'], ['sales']);
    expect((await release(stranger)).status).toBe(404);
    const admin = await service.person('chief@example.com', ['admin'], ['ops']);
    expect((await release(admin)).status).toBe(200);
    expect((await review(at(2), id)).status).toBe(200);
    expect(codeOf(await release(admin))).toBe('conflict');
    const released = (await serviceRecords(service.service.control)).filter(
      ({ kind, detail }) => kind === 'review_released' && detail?.['sample_id'] === id,
    );
    expect(released).toMatchObject([
      { actor: REVIEWERS[0], detail: { claimed_by: REVIEWERS[0] } },
      { actor: 'chief@example.com', detail: { claimed_by: REVIEWERS[1] } },
    ]);
  });

  test('only who may review it may claim it', async () => {
    const own = await sample(at(2));
    expect(codeOf(await claim(at(2), own))).toBe('four_eyes');
    expect(codeOf(await claim(flow.owner, own))).toBe('forbidden');
    expect(codeOf(await claim(flow.agent, own))).toBe('forbidden');
    const stranger = await service.person('stranger@example.com', ['reviewer'], ['sales']);
    expect((await claim(stranger, own)).status).toBe(404);
    expect((await claim(at(0), randomUUID())).status).toBe(404);
  });
});
