import { generateText, stepCountIs, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '../../src/demo/agents/scripted-model.ts';
import { call, calls, isAllowed, says } from '../../src/demo/script.ts';

const script = [
  calls({ input: 100, cacheWrite: 40, output: 10 }, call('add', { a: 1, b: 2 }, isAllowed)),
  says({ input: 130, cacheRead: 40, output: 12, reasoning: 5 }, 'It is three.'),
];
const add = tool({
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => a + b,
});
const play = (steps = script) =>
  generateText({
    model: scriptedModel('run-1', { provider: 'openai', model: 'gpt-5' }, steps),
    tools: { add },
    prompt: 'What is one and two?',
    maxRetries: 0,
    stopWhen: stepCountIs(5),
  });

describe('the scripted model', () => {
  it('drives the real agent loop: the tool runs, and its result goes back to the model', async () => {
    const { text, steps } = await play();
    expect(steps[0]?.toolResults[0]?.output).toBe(3);
    expect(text).toBe('It is three.');
  });

  it('reports usage in the parts that prices differ by, and an id for each response', async () => {
    const { steps } = await play();
    const [first, second] = steps;
    expect(first?.usage).toMatchObject({
      inputTokens: 100,
      inputTokenDetails: { noCacheTokens: 60, cacheReadTokens: 0, cacheWriteTokens: 40 },
    });
    expect(second?.usage).toMatchObject({ outputTokens: 12, outputTokenDetails: { reasoningTokens: 5 } });
    expect(steps.map(({ response }) => response.id)).toEqual(['run-1-1', 'run-1-2']);
  });

  it('fails loudly where the loop asks for more than was written', async () => {
    await expect(play(script.slice(0, 1))).rejects.toThrow('has no step 2');
  });
});
