import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CONTENT, GEN_AI, saltedDigest, TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTool } from '../../src/adapters/shared/open-tool.ts';
import type { Run, Tollgate } from '../../src/face.ts';
import { type House, openHouse, SAM } from '../support/house.ts';
import { chainOf, type StoredSpan, storyOf } from '../support/spans.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
let tollgate: Tollgate;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
  tollgate = await house.start();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(async () => {
  context.disable();
  await house.close();
});

const classifying = (execute: (text: string) => unknown) =>
  tollgate.tool({ name: 'classify', execute: ({ text }: { text: string }) => execute(text) });

async function inRun(body: (run: Run) => unknown) {
  const result = await tollgate.run({ initiator: SAM }, body);
  await tollgate.flush();
  const chain = chainOf(house.spans(), result.runId);
  return { result, between: chain.slice(1, -1), story: storyOf(chain.map(({ record }) => record)) };
}
const kinds = (spans: readonly StoredSpan[]) => spans.map(({ record }) => record.kind);

test('a call that is over within its turn is one record on one span, with all that two would have said', async () => {
  const classify = classifying(async (text) => ({ class: text.length }));
  const { between } = await inRun(() => classify({ text: 'it burns' }));
  const [called] = between;
  expect(kinds(between)).toEqual(['tool_called']);
  expect(called?.name).toBe('execute_tool classify');
  const facts = {
    verdict: 'allow',
    reason: 'class_1_allowed',
    enforcement: 'executed',
    outcome: 'succeeded',
  };
  const call = { tool: 'classify', action: 'classify', action_class: 1 };
  expect(called?.record).toMatchObject({ ...facts, ...call, owner: 'ola@example.com' });
  expect(called?.attributes).toMatchObject({
    [GEN_AI.operation]: 'execute_tool',
    [GEN_AI.toolName]: 'classify',
    [GEN_AI.toolCallId]: called?.record.call_id,
    [TOLLGATE.action]: 'classify',
    [TOLLGATE.actionClass]: '1',
    [TOLLGATE.verdict]: 'allow',
    [TOLLGATE.reason]: 'class_1_allowed',
    [TOLLGATE.enforcement]: 'executed',
    [TOLLGATE.outcome]: 'succeeded',
    [CONTENT.arguments]: '{"text":"it burns"}',
    [CONTENT.result]: '{"class":8}',
  });
  const nonces: Record<string, string> = JSON.parse(called?.attributes[CONTENT.nonces] ?? '{}');
  expect(called?.record.digests).toEqual({
    arguments: saltedDigest(nonces['arguments'] ?? '', '{"text":"it burns"}'),
    result: saltedDigest(nonces['result'] ?? '', '{"class":8}'),
  });
  expect(nonces['arguments']).not.toBe(nonces['result']);
});

test('a call that lasts has its intent on disk while it lasts, and its end on record after', async () => {
  house.collector.mode = 503;
  const seen: boolean[] = [];
  const classify = classifying(async (text) => {
    await sleep(100);
    seen.push((await textOf(house.outbox)).includes(text));
  });
  const running = inRun(() => classify({ text: 'a text of its own' }));
  await sleep(300);
  house.collector.mode = 'open';
  const { between } = await running;
  expect(seen).toEqual([true]);
  expect(kinds(between)).toEqual(['gate_decided', 'tool_finished']);
  expect(between[0]?.name).toBe('gate classify');
  expect(between[0]?.durationNs).toBe(0n);
  expect(between[0]?.attributes).not.toHaveProperty([CONTENT.result]);
  expect(between[1]?.attributes).not.toHaveProperty([CONTENT.arguments]);
  expect(between[1]?.durationNs).toBeGreaterThan(90_000_000n);
});

test('calls that share a turn are one record each, of which none is lost, doubled or out of chain', async () => {
  const classify = classifying(async (text) => (text.length > 6 ? sleep(250) : text));
  const { between } = await inRun(() =>
    Promise.all(Array.from({ length: 64 }, (_, index) => classify({ text: `text ${index}` }))),
  );
  const texts = between.flatMap(({ attributes }) => attributes[CONTENT.arguments] ?? []);
  expect(texts.toSorted()).toEqual(
    Array.from({ length: 64 }, (_, index) => `{"text":"text ${index}"}`).toSorted(),
  );
  expect(kinds(between).filter((kind) => kind === 'tool_called').length).toBe(10);
  expect(kinds(between).filter((kind) => kind === 'gate_decided').length).toBe(54);
  expect(kinds(between).filter((kind) => kind === 'tool_finished').length).toBe(54);
});

test('a failing call says so in its one record, and counts towards the stop condition', async () => {
  const classify = classifying(() => {
    throw new RangeError('no such class');
  });
  const { between, story, result } = await inRun(async () => {
    for (let index = 0; index < 6; index++) await classify({ text: 'x' }).catch(() => {});
  });
  expect(story.slice(0, 2)).toEqual(['classify executed class_1_allowed', 'classify failed']);
  expect(story.at(-1)).toBe('classify blocked stop_condition');
  expect(kinds(between)).toEqual([...Array(5).fill('tool_called'), 'gate_decided']);
  expect(between[0]?.attributes).toMatchObject({ 'error.type': 'RangeError' });
  expect(between[0]?.attributes[CONTENT.result]).toBe('{"error":"no such class"}');
  expect(result.status).toBe('completed');
});

test('what a call sets going finds its intent on record: nothing durable comes before it', async () => {
  const label = tollgate.tool({ name: 'set_label', execute: async () => 'done' });
  const classify = classifying(() => label({ ticket: 'T-1', label: 'done' }));
  const { story } = await inRun(() => classify({ text: 'x' }));
  expect(story).toEqual([
    'classify executed class_1_allowed',
    'set_label executed within_scope',
    'set_label succeeded',
    'classify succeeded',
  ]);
});

test.each(['cite', 'escalate', 'refusal'] as const)('nor does a %s', async (what) => {
  const forbidden = tollgate.tool({ name: 'delete_ticket', execute: async () => 'gone' });
  const { between } = await inRun((run) =>
    classifying(async () => {
      if (what === 'cite') await run.cite({ statement: 'a', origin: 'inference', model: 'm' });
      else if (what === 'escalate') await run.escalate({ reason: 'look' });
      else await forbidden({}).catch(() => {});
    })({ text: 'x' }),
  );
  expect(between[0]?.record).toMatchObject({ kind: 'gate_decided', tool: 'classify' });
  expect(between.at(-1)?.record).toMatchObject({ kind: 'tool_finished', tool: 'classify' });
});

test('a permit that is ended in its turn is one record; one that nobody ends is an intent, and unknown', async () => {
  const tool = { name: 'classify' };
  const { story, between } = await inRun(async () => {
    await (await openTool(tollgate, tool, { text: 'a' })).done('bug');
    await (await openTool(tollgate, tool, { text: 'b' })).lost();
    await openTool(tollgate, tool, { text: 'c' });
    await endOfTurn();
  });
  expect(kinds(between)).toEqual(['tool_called', 'tool_called', 'gate_decided', 'tool_finished']);
  expect(story.filter((_, index) => index % 2 === 1)).toEqual([
    'classify succeeded',
    'classify unknown',
    'classify unknown',
  ]);
  expect(between[1]?.record.digests).toEqual({ arguments: expect.any(String) });
});

test('each keeps its place in the application’s trace, also where its intent is recorded for it later', async () => {
  const classify = classifying(() => sleep(250));
  const spanOf = (digit: string) => ({
    traceId: digit.repeat(32),
    spanId: digit.repeat(16),
    traceFlags: 1,
  });
  const { between } = await inRun(() =>
    Promise.all(
      ['1', '2', undefined].map((digit) =>
        context.with(
          digit === undefined ? context.active() : trace.setSpanContext(context.active(), spanOf(digit)),
          () => classify({ text: digit ?? 'none' }),
        ),
      ),
    ),
  );
  const intents = between.filter(({ record }) => record.kind === 'gate_decided');
  expect(intents.map(({ parentSpanId }) => parentSpanId).slice(0, 2)).toEqual([
    '1'.repeat(16),
    '2'.repeat(16),
  ]);
  expect(['1'.repeat(16), '2'.repeat(16)]).not.toContain(intents[2]?.parentSpanId);
});

test('shutdown in the very turn finds the intent; a call after it does not happen', async () => {
  const own = await house.start();
  const executed: string[] = [];
  const classify = own.tool({
    name: 'classify',
    execute: async ({ text }: { text: string }) => {
      executed.push(text);
      await sleep(20);
    },
  });
  let closing: Promise<unknown> | undefined;
  const { runId } = await own.run({ initiator: SAM }, async () => {
    const first = classify({ text: 'first' });
    while (executed.length === 0) await Promise.resolve();
    closing = own.shutdown();
    await expect(classify({ text: 'second' })).rejects.toMatchObject({ reason: 'evidence_unavailable' });
    await first;
  });
  await closing;
  expect(executed).toEqual(['first']);
  const recorded = house.spans().filter(({ record }) => record.run_id === runId);
  expect(recorded.map(({ attributes }) => attributes[CONTENT.arguments])).toContain('{"text":"first"}');
});

async function textOf(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}
