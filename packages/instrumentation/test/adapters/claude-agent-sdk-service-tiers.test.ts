import { afterAll, beforeAll, expect, test } from 'vitest';
import { askedTier } from '../../src/adapters/claude-agent-sdk/options.ts';
import { recordRemainder } from '../../src/adapters/claude-agent-sdk/remainder.ts';
import type { ModelResponse } from '../../src/adapters/claude-agent-sdk/response.ts';
import { beyond, totalsOf } from '../../src/adapters/claude-agent-sdk/usage.ts';
import { requireRun } from '../../src/adapters/shared/require-run.ts';
import type { Tollgate } from '../../src/index.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, type StoredSpan } from '../support/spans.ts';
import type { Answer } from './claude-agent-sdk/fake-provider.ts';
import { asks, bash, MODEL, type Play, play, says } from './claude-agent-sdk/play.ts';
import { CODE_WORKFLOW } from './claude-agent-sdk/workflow.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(CODE_WORKFLOW);
  tollgate = await house.start();
});
afterAll(() => house.close());

/** 500 tokens at 3, 2000 read at 0.30, 400 written at 3.75 and 600 for an hour at 6, 100 out at 15 USD a million. */
const USAGE = {
  input_tokens: 500,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
  output_tokens: 100,
};
const COST = '0.0087';

const at = (answer: Answer, service_tier?: string): Answer => ({
  ...answer,
  usage: { ...USAGE, ...(service_tier === undefined ? {} : { service_tier }) },
});

function billOf(spans: readonly StoredSpan[]) {
  const calls = spans.filter(({ record }) => record.kind === 'model_called');
  return calls.map(({ attributes, record }) => ({
    tier: attributes['tollgate.service_tier'],
    hour: record.usage?.cache_creation_1h_tokens,
    usd: record.cost?.usd,
    outcome: record.outcome,
  }));
}

async function bill(scene: Play) {
  return billOf((await play(house, tollgate, scene)).spans);
}

test('each response is paid by the tier that served it, and its cache writes of an hour as such', async () => {
  const calls = await bill({
    answers: [at(bash('b1', 'touch one'), 'standard'), at(says('done'), 'priority')],
  });
  expect(calls).toMatchObject([
    { tier: 'standard', hour: 600, usd: COST },
    { tier: 'priority', hour: 600, usd: null },
  ]);
});

test('a sub-agent’s responses too, and nothing is left over of what Claude Code counts', async () => {
  const worker = [at(bash('s1', 'touch sub')), at(says('sub done'))];
  const delegate = { description: 'x', prompt: 'x', subagent_type: 'worker', run_in_background: false };
  const outer = [at(asks('a1', 'Agent', delegate)), at(says('done'))];
  const calls = await bill({
    answers: ({ system }) =>
      (JSON.stringify(system).includes('You are the worker.') ? worker : outer).shift() ?? says(''),
    options: { agents: { worker: { description: 'works', prompt: 'You are the worker.' } } },
    governed: { names: { Agent: 'delegate' } },
  });
  expect(calls.map(({ hour, usd }) => [hour, usd])).toEqual(Array(4).fill([600, COST]));
});

test('what Claude Code is told to ask for counts where no answer says anything', async () => {
  const env = { CLAUDE_CODE_EXTRA_BODY: JSON.stringify({ service_tier: 'priority' }) };
  const played = await play(house, tollgate, {
    answers: () => ({ content: [], status: 400 }),
    options: { env },
  });
  expect(played.requests[0]?.service_tier).toBe('priority');
  expect(billOf(played.spans)).toMatchObject([{ tier: 'priority', usd: null, outcome: 'failed' }]);
});

test('the environment that settings give goes first, and what cannot be read asks for nothing', () => {
  const name = 'CLAUDE_CODE_EXTRA_BODY';
  const env = { [name]: '{"service_tier":"priority"}' };
  expect(askedTier({ env })).toBe('priority');
  expect(askedTier({ env, settings: { env: { [name]: '{"service_tier":"auto"}' } } })).toBe('standard');
  expect(askedTier({ env, settings: '/etc/settings.json' })).toBe('priority');
  for (const text of ['{', '[]', '{"service_tier":7}', 'priority'])
    expect(askedTier({ env: { [name]: text } })).toBeUndefined();
});

test('what no message showed: its writes of an hour are paid as such, at the tier that the others were served by', async () => {
  const counted = {
    ...{ inputTokens: 500, outputTokens: 100, cacheReadInputTokens: 2000, webSearchRequests: 0 },
    ...{ cacheCreationInputTokens: 1000, cacheCreationEphemeral1hInputTokens: 600 },
    ...{ costUSD: 0, contextWindow: 200_000, maxOutputTokens: 64_000 },
  };
  const shown = (tier: string) =>
    ({ model: MODEL, tokens: () => ({}), servedTier: () => tier }) as unknown as ModelResponse;
  for (const [asked, served, tier, usd] of [
    [undefined, [], undefined, COST],
    ['priority', [], 'priority', null],
    ['standard', [shown('standard'), shown('priority')], 'priority', null],
  ] as const) {
    const { runId } = await tollgate.run({ initiator: SAM }, () =>
      recordRemainder(
        requireRun(tollgate, MODEL),
        { provider: 'anthropic', serviceTier: asked },
        { [MODEL]: counted },
        served,
      ),
    );
    await tollgate.flush();
    expect(billOf(chainOf(house.spans(), runId))).toMatchObject([{ tier, hour: 600, usd }]);
  }
});

test('of what no message showed, as much was written for an hour as is left of all that was', () => {
  const totals = (creation: number, hourly: number) =>
    totalsOf([
      { inputTokens: 5000, outputTokens: 9, cacheCreationTokens: creation, cacheCreation1hTokens: hourly },
    ]);
  const none = totalsOf([]);
  expect(beyond(totals(1000, 600), none)).toMatchObject({ cacheCreation1hTokens: 600 });
  // Older versions of Claude Code count some of them, or none; and a part is never more than the whole.
  const shown = { ...totals(300, 300), inputTokens: 1, outputTokens: 1 };
  expect(beyond(totals(1000, 0), shown)).toMatchObject({ cacheCreation1hTokens: 0 });
  expect(beyond(totals(1000, 5000), shown)).toMatchObject({ cacheCreation1hTokens: 700 });
});
