import type { SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN, ModelCalls } from '../../src/adapters/claude-agent-sdk/model-calls.ts';
import { plainResult } from '../../src/adapters/claude-agent-sdk/result.ts';
import { beyond, merged, totalsOf, usageOf } from '../../src/adapters/claude-agent-sdk/usage.ts';
import { ModelRefused, type Tollgate } from '../../src/index.ts';
import { GovernedRun } from '../../src/run/governed-run.ts';
import { type House, openHouse } from '../support/house.ts';
import { asks, bash, MODEL, type Played, play, says, USAGE } from './claude-agent-sdk/play.ts';
import { CODE_WORKFLOW } from './claude-agent-sdk/workflow.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(CODE_WORKFLOW);
  tollgate = await house.start();
});
afterAll(() => house.close());

/** 10 tokens at 3, 100 read at 0.30, 20 written at 3.75, 7 at 15 USD a million. */
const COST = '0.00024';
const TOKENS = { input_tokens: 130, output_tokens: 7, cache_read_tokens: 100, cache_creation_tokens: 20 };

const metered = ({ records }: Played) => records.filter(({ kind }) => kind === 'model_called');

test('each response is on record once, however many messages show it, by its last usage', async () => {
  const three = { ...bash('b1', 'touch one'), model: `${MODEL}-20250929` };
  const content = [
    { type: 'text' as const, text: 'First ' },
    { type: 'text' as const, text: 'this.' },
  ];
  const played = await play(house, tollgate, {
    answers: [{ ...three, content: [...content, ...three.content] }, says('done')],
  });
  const calls = metered(played);
  expect(calls.map(({ usage, cost }) => [usage, cost?.usd])).toEqual([
    [TOKENS, COST],
    [TOKENS, COST],
  ]);
  expect(calls[0]?.model).toBe(`${MODEL}-20250929`);
  const [first, last] = played.spans.filter(({ record }) => record.kind === 'model_called');
  expect(first?.attributes).toMatchObject({
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': MODEL,
    'gen_ai.response.id': expect.stringMatching(/^msg_1_/),
  });
  expect(first?.attributes['tollgate.content.output']).toContain('this.');
  expect(last?.attributes['tollgate.content.input']).toContain('b1');
  // What only the meter asked for does not reach the application.
  expect(played.result.output?.some(({ type }) => type === 'stream_event')).toBe(false);
});

test('a sub-agent’s responses are on record once, with the output that only its transcript shows', async () => {
  const worker = [bash('s1', 'touch sub'), says('sub done')];
  const outer = [
    asks('a1', 'Agent', { description: 'x', prompt: 'x', subagent_type: 'worker', run_in_background: false }),
    says('done'),
  ];
  const played = await play(house, tollgate, {
    answers: ({ system }) =>
      (JSON.stringify(system).includes('You are the worker.') ? worker : outer).shift() ?? says(''),
    options: { agents: { worker: { description: 'works', prompt: 'You are the worker.' } } },
    governed: { names: { Agent: 'delegate' } },
  });
  expect(played.requests.length).toBe(4);
  expect(metered(played).map(({ usage }) => usage)).toMatchObject([TOKENS, TOKENS, TOKENS, TOKENS]);
  const texts = (played.result.output ?? []).flatMap((message) =>
    message.type === 'assistant' && message.parent_tool_use_id !== null ? message.message.content : [],
  );
  expect(texts.map(({ type }) => type)).toEqual(['tool_use']);
});

test('a sub-agent without a transcript: its output is known in total only, and its calls have no cost', async () => {
  const worker = [bash('s1', 'touch sub'), says('sub done')];
  const outer = [
    asks('a1', 'Agent', { description: 'x', prompt: 'x', subagent_type: 'worker', run_in_background: false }),
    says('done'),
  ];
  const played = await play(house, tollgate, {
    answers: ({ system }) =>
      (JSON.stringify(system).includes('You are the worker.') ? worker : outer).shift() ?? says(''),
    options: {
      persistSession: false,
      agents: { worker: { description: 'works', prompt: 'You are the worker.' } },
    },
    governed: { names: { Agent: 'delegate' } },
  });
  const calls = metered(played);
  expect(calls.filter(({ cost }) => cost?.usd === null).map(({ usage }) => usage?.output_tokens)).toEqual([
    undefined,
    undefined,
  ]);
  expect(calls.at(-1)?.usage).toMatchObject({ input_tokens: 0, output_tokens: 14 });
  const sum = (name: 'input_tokens' | 'output_tokens') =>
    calls.reduce((total, { usage }) => total + (usage?.[name] ?? 0), 0);
  expect([sum('input_tokens'), sum('output_tokens')]).toEqual([4 * 130, 4 * 7]);
});

test('when the budget is used up, no turn follows, and what is read says so', async () => {
  const dear = { ...bash('b1', 'touch one'), usage: { ...USAGE, output_tokens: 250_000 } };
  const played = await play(house, tollgate, { answers: [dear] });
  expect(played.requests.length).toBe(1);
  expect(played.result.error).toBeInstanceOf(ModelRefused);
  expect(played.result.status).toBe('over_budget');
});

test('several prompts in one query: each is admitted, each response on record once', async () => {
  const user = (content: string): SDKUserMessage => ({
    type: 'user',
    message: { role: 'user', content },
    parent_tool_use_id: null,
  });
  let next = () => {};
  async function* prompts() {
    yield user('one');
    await new Promise<void>((resolve) => {
      next = resolve;
    });
    yield user('two');
  }
  const played = await play(house, tollgate, {
    answers: [says('first'), says('second')],
    prompt: prompts(),
    reader: ({ type }) => {
      if (type === 'result') next();
      return false;
    },
  });
  expect(metered(played).map(({ usage }) => usage)).toMatchObject([TOKENS, TOKENS]);
});

test('hooks that ask at once for the next call of an agent ask for one', async () => {
  const stop = () => {};
  const options = {
    provider: 'anthropic',
    model: MODEL,
    serviceTier: undefined,
    agentModels: new Map(),
    stop,
  };
  const result = await tollgate.run({ initiator: 'sam@example.com' }, async () => {
    const run = tollgate.currentRun();
    if (!(run instanceof GovernedRun)) throw new TypeError('no run');
    const models = new ModelCalls(run, options);
    await Promise.all([models.admit(MAIN, 'a prompt'), models.admit(MAIN, 'another')]);
    await models.close(true, false);
    return run.openModelCalls.size;
  });
  expect(result.output).toBe(0);
});

test('the last of its turns is the last that is asked for', async () => {
  const played = await play(house, tollgate, {
    answers: [bash('b1', 'touch one'), says('never said')],
    options: { maxTurns: 1 },
  });
  expect(played.result.error).toMatchObject({ message: expect.stringContaining('maximum number of turns') });
  expect(metered(played).length).toBe(1);
});

test('a call that the provider refuses is on record as failed, with an unknown cost', async () => {
  const played = await play(house, tollgate, { answers: () => ({ content: [], status: 400 }) });
  expect(metered(played)).toMatchObject([{ outcome: 'failed', usage: {}, cost: { usd: null } }]);
});

test('usage: later parts complete earlier ones, totals take apart what was put together', () => {
  const tokens = fc.record({
    input_tokens: fc.nat(1_000_000),
    output_tokens: fc.nat(1_000_000),
    cache_read_input_tokens: fc.nat(1_000_000),
    cache_creation_input_tokens: fc.nat(1_000_000),
  });
  fc.assert(
    fc.property(fc.array(tokens, { maxLength: 5 }), tokens, (shown, hidden) => {
      const usages = shown.map((raw) => usageOf(merged({ ...raw, output_tokens: 1 }, raw), true));
      const before = totalsOf(usages);
      const rest = beyond(totalsOf([...usages, usageOf(hidden, true)]), before);
      const whole = Object.values(hidden).some((n) => n > 0);
      expect(rest).toEqual(whole ? totalsOf([usageOf(hidden, true)]) : undefined);
      expect(before.inputTokens).toBeGreaterThanOrEqual(before.cacheReadTokens + before.cacheCreationTokens);
      for (const raw of shown) expect(usageOf(raw, false).outputTokens).toBeUndefined();
    }),
  );
  expect(usageOf({}, true).inputTokens).toBeUndefined();
});

test('a result without its envelope, where it is one', () => {
  const text = (words: string) => ({ type: 'text', text: words });
  const page = { type: 'create', filePath: '/a', content: [text('one')] };
  for (const [result, plain] of [
    [[text('{"a":[1]}')], { a: [1] }],
    [{ content: [text('12')], isError: false }, '12'],
    [{ content: [text('x')], structuredContent: { y: 1 } }, { y: 1 }],
    [
      [text('a'), text('b')],
      [text('a'), text('b')],
    ],
    [page, page],
    [undefined, undefined],
  ])
    expect(plainResult(result)).toEqual(plain);
});
