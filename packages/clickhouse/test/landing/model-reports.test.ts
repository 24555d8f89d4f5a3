import { randomUUID } from 'node:crypto';
import { ATTRIBUTE_SOURCES, type AttributeSource, MODEL_CALL_MARKERS } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, count, land, row } from '../support/landing.ts';

/** What a report says, as pricing gets it. */
type Said = Record<string, string | number | boolean | null>;

describe('what a span reports of a model call', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
    // The table itself keeps nothing; whoever reads from it sees what this view sees.
    const command = (query: string) => store.clients.owner.command({ query });
    await command(
      'CREATE TABLE tollgate.seen_reports AS tollgate.model_reports ENGINE = MergeTree ORDER BY run_id',
    );
    await command(
      'CREATE MATERIALIZED VIEW tollgate.seen_reports_mv TO tollgate.seen_reports AS SELECT * FROM tollgate.model_reports',
    );
  });
  afterAll(() => store.close());

  const reports = async (
    attributes: Record<string, string>,
    scope = 'test',
    version = '1',
  ): Promise<Said[]> => {
    const run = randomUUID();
    const SpanAttributes = { 'tollgate.run.id': run, ...attributes };
    await land(store, [row({ SpanAttributes, ScopeName: scope, ScopeVersion: version })]);
    return ask<Said>(store.clients.owner, 'SELECT * FROM tollgate.seen_reports WHERE run_id = {run:UUID}', {
      run,
    });
  };
  const reported = async (...said: Parameters<typeof reports>): Promise<Said | undefined> =>
    (await reports(...said))[0];

  const sources = Object.entries(ATTRIBUTE_SOURCES).flatMap(([column, list]) =>
    list.map((source) => ({ column, source, name: [source.attribute, ...(source.path ?? [])].join(' → ') })),
  );
  it.each(sources)('takes $column from $name', async ({ column, source }) => {
    const value = column === 'operation' ? 'embeddings' : column.endsWith('_tokens') ? '7' : 'flex';
    const report = await reported({
      ...(column === 'operation' ? {} : { 'openinference.span.kind': 'LLM' }),
      ...sent(source, value),
    });
    expect(report?.[column]).toBe(value);
  });

  it('takes the best name where several are there', async () => {
    const report = await reported({
      'gen_ai.operation.name': 'chat',
      'llm.token_count.prompt': '1',
      'gen_ai.usage.input_tokens': '2',
      'gen_ai.usage.prompt_tokens': '3',
    });
    expect(report).toMatchObject({ input_tokens: '2' });
  });

  it.each(
    MODEL_CALL_MARKERS.flatMap(({ attribute, calls }) => calls.map((value) => [attribute, value] as const)),
  )('knows a call by %s = %s, also without usage', async (attribute, value) => {
    expect(await reports({ [attribute]: value })).toHaveLength(1);
  });

  it.each(MODEL_CALL_MARKERS.map(({ attribute }) => attribute))(
    'takes nothing from a span whose %s says something else, whatever usage it repeats',
    async (attribute) => {
      expect(await reports({ [attribute]: 'AGENT', 'gen_ai.usage.input_tokens': '5' })).toEqual([]);
    },
  );

  it('bounds each count as it was sent, and says that it could not be read', async () => {
    const usage = (input: string) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': input,
    });
    expect(await reported(usage('1000000000'))).toMatchObject({
      input_tokens: '1000000000',
      unreadable: false,
    });
    for (const bad of ['1000000001', '-1', '1.5', 'many', '18446744073709551616'])
      expect(await reported(usage(bad))).toMatchObject({
        input_tokens: null,
        unreadable: true,
        usage_note: 'unreadable',
      });
  });

  it.each([
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
    'gen_ai.usage.reasoning.output_tokens',
  ])('says so of %s as well, since each may have a price of its own', async (name) => {
    const usage = { 'gen_ai.usage.input_tokens': '100', 'gen_ai.usage.output_tokens': '10' };
    expect(await reported({ 'gen_ai.operation.name': 'chat', ...usage, [name]: '-1' })).toMatchObject({
      unreadable: true,
      usage_note: 'unreadable',
    });
  });

  it('counts one-hour cache writes as part of all cache writes', async () => {
    const usage = (creation: string, hour: string) =>
      reported({
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': '100',
        'gen_ai.usage.cache_creation.input_tokens': creation,
        'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': hour,
      });
    expect(await usage('30', '20')).toMatchObject({
      cache_creation_tokens: '30',
      cache_creation_1h_tokens: '20',
    });
    expect(await usage('', '20')).toMatchObject({
      cache_creation_tokens: '20',
      cache_creation_1h_tokens: '20',
    });
    expect(await usage('10', '20')).toMatchObject({
      cache_creation_tokens: '20',
      cache_creation_1h_tokens: '20',
    });
  });

  it('adds cached tokens where a scope leaves them out of its input, and where they show it themselves', async () => {
    const usage = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': '100',
      'gen_ai.usage.cache_read.input_tokens': '60',
      'gen_ai.usage.cache_creation.input_tokens': '30',
    };
    expect(await reported(usage)).toMatchObject({ input_tokens: '100', usage_note: '' });
    expect(await reported(usage, '@traceloop/instrumentation-anthropic', '0.27.0')).toMatchObject({
      input_tokens: '190',
      usage_note: 'cached_tokens_excluded',
      provider: 'anthropic',
    });
    const more = { ...usage, 'gen_ai.usage.cache_read.input_tokens': '71' };
    expect(await reported(more)).toMatchObject({ input_tokens: '201', usage_note: 'cached_tokens_excluded' });
  });

  it('takes no output for final that is not, and keeps the input', async () => {
    const stream = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': '100',
      'gen_ai.usage.output_tokens': '1',
    };
    const scope = 'opentelemetry.instrumentation.genai.anthropic';
    const note = 'output_unfinished';
    expect(await reported(stream, scope)).toMatchObject({
      input_tokens: '100',
      output_tokens: null,
      usage_note: note,
    });
    const whole = { ...stream, 'gen_ai.response.finish_reasons': '["stop"]' };
    expect(await reported(whole, scope)).toMatchObject({ output_tokens: '1', usage_note: '' });
  });

  it('says where cached tokens are never said, so that a cost is an upper bound', async () => {
    const usage = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': '100' };
    const report = await reported(usage, '@opentelemetry/instrumentation-openai', '0.22.0');
    expect(report).toMatchObject({ input_tokens: '100', usage_note: 'cached_tokens_unsaid' });
  });

  it('adds what older AI SDKs leave out of Anthropic’s input, and nothing that newer ones include', async () => {
    const usage = {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': '100',
      'ai.usage.cachedInputTokens': '60',
    };
    expect(await reported(usage, 'ai')).toMatchObject({ input_tokens: '160' });
    const newer = { ...usage, 'ai.usage.inputTokenDetails.noCacheTokens': '40' };
    expect(await reported(newer, 'ai')).toMatchObject({ input_tokens: '100' });
  });

  it('reads no usage from JSON that a model or a user may have written', async () => {
    const usage = '{"usage":{"input_tokens":5,"cache_read_input_tokens":4}}';
    const report = await reported({
      'gen_ai.operation.name': 'chat',
      'gen_ai.output.messages': usage,
      'output.value': usage,
    });
    expect(report).toMatchObject({ input_tokens: null, cache_read_tokens: null, usage_note: 'absent' });
  });

  it('leaves the standard tier empty', async () => {
    const tier = (sent: string) =>
      reported({ 'gen_ai.operation.name': 'chat', 'openai.response.service_tier': sent });
    for (const sent of ['', 'default', 'standard', 'auto'])
      expect(await tier(sent)).toMatchObject({ service_tier: '' });
    expect(await tier('Priority')).toMatchObject({ service_tier: 'priority' });
  });

  it('keeps the numbers that conventions read where everybody may see them, and JSON apart', async () => {
    const trace = randomUUID().replaceAll('-', '');
    const attributes = {
      'gen_ai.usage.cache_write.input_tokens': '5',
      'ai.response.providerMetadata': '{"anthropic":{}}',
    };
    await land(store, [row({ TraceId: trace, SpanAttributes: attributes })]);
    const where = (table: string, column: string, key: string) =>
      count(
        store.clients.reader,
        `SELECT countIf(mapContains(${column}, {key:String})) FROM ${table} WHERE lower(hex(trace_id)) = {trace:String}`,
        { trace, key },
      );
    expect(await where('spans', 'attributes', 'gen_ai.usage.cache_write.input_tokens')).toBe(1);
    expect(await where('spans', 'attributes', 'ai.response.providerMetadata')).toBe(0);
    expect(await where('span_content', 'content', 'ai.response.providerMetadata')).toBe(1);
  });
});

function sent({ attribute, path = [] }: AttributeSource, value: string): Record<string, string> {
  if (path.length === 0) return { [attribute]: value };
  return {
    [attribute]: JSON.stringify(
      path.reduceRight<unknown>(
        (inner, key) => ({ [key]: inner }),
        /^\d+$/.test(value) ? Number(value) : value,
      ),
    ),
  };
}
