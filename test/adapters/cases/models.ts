import { strict as assert } from 'node:assert';
import { CONTENT, type EvidenceRecord, multiplyUsd, pricesAt, resolveModel } from '@tollgate/contract';
import type { Driver, Turn, TurnUsage } from '../driver.ts';
import { modelCalls } from '../support/facts.ts';
import { calls, modelOf, says, type Told, tell } from '../support/story.ts';
import { BUDGETED_WORKFLOW, CAPPED_WORKFLOW } from '../support/workflow.ts';
import { workshop } from '../support/workshop.ts';
import type { Case } from './case.ts';

/** Each call that was really made is on record, once. */
function assertMetered(told: Told): readonly EvidenceRecord[] {
  const records = modelCalls(told).map(({ record }) => record);
  assert.equal(
    records.length,
    told.transcript.modelCalls,
    'calls were made that are not on record, or the other way round',
  );
  return records;
}

function pricesOf(driver: Driver) {
  const { provider, id } = modelOf(driver);
  const model = resolveModel(provider, id);
  const prices = model === undefined ? undefined : pricesAt(model, new Date().toISOString());
  // The driver promises a priced model.
  if (prices?.input == null || prices.output == null) throw new Error(`${provider} ${id} has no price`);
  return { ...prices, input: prices.input, output: prices.output };
}

/** Output tokens that cost about as many US dollars. */
function outputFor(driver: Driver, dollars: number): number {
  return Math.floor(dollars / Number(pricesOf(driver).output));
}

function metering(about: Pick<Case, 'name' | 'holds' | 'from'>, stream: boolean): Case {
  return {
    ...about,
    needs: 'models',
    async run(driver, house) {
      const { tool } = workshop();
      const usage = { inputTokens: 1000, outputTokens: 300 };
      const told = await tell(driver, house, {
        stream,
        tools: [tool('classify')],
        turns: [{ ...calls(['c1', 'classify', { item: 'x' }]), usage }, says('It is a bug.', usage)],
      });
      const records = assertMetered(told);
      assert.equal(records.length, 2);
      assert.equal(told.transcript.text, 'It is a bug.');
      const { input, output } = pricesOf(driver);
      const expected = Number(multiplyUsd(input, 1000)) + Number(multiplyUsd(output, 300));
      for (const { usage: recorded, cost } of records) {
        assert.equal(recorded?.input_tokens, 1000);
        assert.equal(recorded?.output_tokens, 300);
        assert.ok(cost !== undefined && cost.usd !== null, 'the call has no cost');
        assert.ok(Math.abs(Number(cost.usd) - expected) < 1e-9, `${cost.usd} is not ${expected}`);
      }
      const [first, last] = modelCalls(told).map(({ attributes }) => attributes);
      for (const attributes of [first, last])
        assert.equal(attributes?.['gen_ai.request.model'], modelOf(driver).id);
      assert.match(first?.[CONTENT.output] ?? '', /classify/, 'what the model asked for is not on record');
      assert.match(last?.[CONTENT.output] ?? '', /It is a bug\./, 'what the model said is not on record');
      assert.notEqual(first?.[CONTENT.input] ?? 'null', 'null', 'what the model was asked is not on record');
    },
  };
}

const plain = metering(
  {
    name: 'model-calls-are-metered',
    holds:
      'Each model call is on record once, with its tokens, its model, its cost, and what it was asked and said.',
    from: 'Invariant 7',
  },
  false,
);

const streaming = metering(
  {
    name: 'streaming-usage-is-metered',
    holds:
      'Streamed model calls are on record like any other, with the usage that comes in the last part and all of the text.',
    from: 'Lesson: streaming loses usage unless the stream is asked for it and drained',
  },
  true,
);

const aborted: Case = {
  name: 'aborted-stream-is-unknown-not-zero',
  holds:
    'A stream that is broken off before its end is on record with unknown usage and a cost of null, and never as free.',
  from: 'Lesson: an aborted stream is unknown, not 0; invariant 8',
  needs: 'models',
  async run(driver, house) {
    const told = await tell(driver, house, {
      stream: true,
      turns: [{ text: 'a long answer that nobody hears to its end', breaksOff: true, usage: undefined }],
    });
    const records = assertMetered(told);
    assert.equal(records.length, 1);
    for (const { usage, cost } of records) {
      assert.equal(usage?.output_tokens, undefined, 'tokens that nobody counted');
      assert.equal(cost?.usd, null);
    }
  },
};

const noUsage: Case = {
  name: 'missing-usage-is-unknown-not-zero',
  holds: 'A model call whose provider reports no usage is on record with unknown tokens and a cost of null.',
  from: 'Lesson: some libraries write 0 for "unknown"; invariant 8',
  needs: 'models',
  async run(driver, house) {
    const silent: Turn = { text: 'done', usage: undefined };
    const told = await tell(driver, house, { turns: [silent] });
    const records = assertMetered(told);
    assert.equal(records.length, 1);
    assert.equal(records[0]?.usage?.input_tokens, undefined);
    assert.equal(records[0]?.usage?.output_tokens, undefined);
    assert.equal(records[0]?.cost?.usd, null);
  },
};

const cached: Case = {
  name: 'cached-tokens-are-normalised',
  holds:
    'Cache reads are part of the input on record, whatever the provider’s own counting, and cost what cached tokens cost.',
  from: 'Lesson: OpenAI includes cache reads in input tokens, Anthropic excludes them',
  needs: 'models',
  async run(driver, house) {
    const usage: TurnUsage = { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 800 };
    for (const stream of [false, true]) {
      const told = await tell(driver, house, { stream, turns: [says('done', usage)] });
      const [record] = assertMetered(told);
      assert.equal(record?.usage?.input_tokens, 1000);
      assert.equal(record?.usage?.cache_read_tokens, 800);
      const { input, output, cache_read } = pricesOf(driver);
      const expected = 200 * Number(input) + 800 * Number(cache_read ?? input) + 50 * Number(output);
      assert.ok(
        Math.abs(Number(record?.cost?.usd) - expected) < 1e-9,
        `${record?.cost?.usd} is not ${expected}`,
      );
    }
  },
};

const overBudget: Case = {
  name: 'model-over-budget-is-refused',
  holds:
    'When the run has used up its budget, the next model call is not made, and the refusal is on record.',
  from: 'Invariant 9',
  needs: 'models',
  workflow: BUDGETED_WORKFLOW,
  async run(driver, house) {
    const { tool } = workshop();
    const usage = { inputTokens: 1000, outputTokens: outputFor(driver, 1.5) };
    const told = await tell(driver, house, {
      tools: [tool('classify')],
      turns: [{ ...calls(['c1', 'classify', { item: 'x' }]), usage }, says('never said')],
    });
    assert.equal(told.transcript.modelCalls, 1, 'the model was asked although the budget was used up');
    assertMetered(told);
    assert.ok(told.records.some(({ kind, reason }) => kind === 'gate_decided' && reason === 'over_budget'));
    assert.equal(told.result.status, 'over_budget');
  },
};

const unpriced: Case = {
  name: 'unpriced-model-under-a-cap-is-refused',
  holds: 'Under a budget, a model without a price and without a ceiling is not asked at all.',
  from: 'Invariant 9: unpriced models are refused under a cap',
  needs: 'models',
  workflow: CAPPED_WORKFLOW,
  async run(driver, house) {
    const told = await tell(driver, house, {
      model: { ...modelOf(driver), id: 'house-blend-1' },
      turns: [says('never said')],
    });
    assert.equal(told.transcript.modelCalls, 0, 'a model without a price was asked under a cap');
    assert.ok(told.records.some(({ kind, reason }) => kind === 'gate_decided' && reason === 'over_budget'));
  },
};

const parallel: Case = {
  name: 'parallel-model-calls-stay-under-one-cap',
  holds:
    'Loops that ask models at the same time in one run share its budget: together they never spend more than it.',
  from: 'Lesson: check-then-spend races admitted four of five concurrent calls over a cap',
  needs: 'models',
  workflow: BUDGETED_WORKFLOW,
  async run(driver, house) {
    const usage = { inputTokens: 10, outputTokens: outputFor(driver, 0.45) };
    const made: number[] = [];
    const told = await tell(driver, house, {
      turns: [says('done', usage)],
      body: async (drive) => {
        const all = await Promise.all([drive(), drive(), drive(), drive(), drive()]);
        made.push(...all.map(({ modelCalls: count }) => count));
        return all[0];
      },
    });
    const total = made.reduce((sum, count) => sum + count, 0);
    const spent = modelCalls(told).reduce((sum, { record }) => sum + Number(record.cost?.usd), 0);
    assert.equal(modelCalls(told).length, total);
    assert.ok(total >= 1 && total <= 2, `${total} of 5 calls were made, 0.45 USD each, under a cap of 1 USD`);
    assert.ok(spent <= 1, `${spent} USD were spent`);
  },
};

export const models: readonly Case[] = [
  plain,
  streaming,
  aborted,
  noUsage,
  cached,
  overBudget,
  unpriced,
  parallel,
];
