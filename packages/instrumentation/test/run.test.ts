import { CONTENT, GEN_AI, saltedDigest, TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolRefused } from '../src/index.ts';
import { type House, openHouse, SAM } from './support/house.ts';
import { chainOf, ends } from './support/spans.ts';
import { INTERNAL_WORKFLOW } from './support/workflows.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
});
afterAll(() => house.close());

test('a run with a class-1 tool, a class-2 tool, a model call, a citation: one whole chain, sealed', async () => {
  const tollgate = await house.start();
  const search = tollgate.tool({
    name: 'search_tickets',
    reads: ['tickets'],
    execute: async ({ query }: { query: string }) => [`T-1 ${query}`],
  });
  const label = tollgate.tool({
    name: 'set_label',
    execute: async ({ ticket, label }: { ticket: string; label: string }) => ({ ticket, label }),
  });
  const result = await tollgate.run({ initiator: SAM, input: { ask: 'triage' } }, async (run) => {
    const found = await search({ query: 'printer' });
    const { usage } = await run.model(
      { provider: 'openai', model: 'gpt-4o-mini', input: 'hi' },
      async () => ({
        usage: { inputTokens: 1000, outputTokens: 100 },
        responseId: 'resp-1',
        output: 'yes',
      }),
    );
    expect(usage).toEqual({ inputTokens: 1000, outputTokens: 100 });
    await label({ ticket: 'T-1', label: 'done' });
    await run.cite({ statement: 'it burns', origin: 'source', system: 'crm', reference: 'ticket/1' });
    return found;
  });
  expect(result).toMatchObject({ status: 'completed', output: ['T-1 printer'] });
  await tollgate.flush();
  const chain = chainOf(house.spans(), result.runId);
  expect(chain.map(({ record }) => [record.kind, record.enforcement ?? record.outcome ?? ''])).toEqual([
    ['run_started', ''],
    ['tool_called', 'executed'],
    ['model_called', ''],
    ['gate_decided', 'executed'],
    ['tool_finished', 'succeeded'],
    ['source_cited', ''],
    ['run_sealed', ''],
  ]);
  const [started, searched, model, intent] = chain;
  expect(searched?.record.detail).toEqual({ reads: ['tickets'] });
  expect(Object.keys(started?.record.digests ?? {})).toEqual(['input']);
  expect(new Set(chain.map(({ traceId }) => traceId)).size).toBe(1);
  expect(started?.parentSpanId).toBe('');
  expect(chain.slice(1).every(({ parentSpanId }) => parentSpanId === started?.spanId)).toBe(true);
  expect(model?.name).toBe('chat gpt-4o-mini');
  expect(model?.attributes[GEN_AI.inputTokens]).toBe('1000');
  expect(model?.record.cost).toEqual({ usd: '0.00021', source: 'local', price_version: expect.any(String) });
  expect(intent?.record.rollback_note).toBe('Set T-1 back to its previous label');
  expect(intent?.durationNs).toBe(0n);
  const nonces = JSON.parse(intent?.attributes[CONTENT.nonces] ?? '{}');
  const args = intent?.attributes[CONTENT.arguments] ?? '';
  expect(args).toBe('{"label":"done","ticket":"T-1"}');
  expect(saltedDigest(nonces.arguments, args)).toBe(intent?.record.digests?.['arguments']);
  expect(chain.at(-1)?.attributes[TOLLGATE.finalStatus]).toBe('completed');
  expect(chain.at(-1)?.record.detail?.['writers']).toEqual([
    { writer: tollgate.writer, count: 6, head: chain.at(-1)?.record.prev },
  ]);
});

test('refusals are on record, reach the agent, and decide the final status when nobody handles them', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const execute = async () => {
    executed += 1;
  };
  const cases = [
    ['delete_ticket', { id: 1 }, 'tool_blocked', undefined],
    ['unheard_of', {}, 'tool_not_listed', undefined],
    ['set_label', { ticket: 'T-1', label: 'urgent' }, 'out_of_scope', 'label'],
    ['set_label', { ticket: 'T-1', label: 'done', extra: true }, 'out_of_scope', 'extra'],
    ['classify', { at: new Date(0) }, 'arguments_not_i_json', '(arguments)'],
    ['classify', { n: Number.NaN }, 'arguments_not_i_json', '(arguments)'],
  ] as const;
  for (const [name, args, reason, field] of cases) {
    const tool = tollgate.tool<unknown, void>({ name, execute });
    const result = await tollgate.run({ initiator: SAM }, () => tool(args));
    expect(result.status, name).toBe('blocked');
    expect(result.error).toBeInstanceOf(ToolRefused);
    const error = result.error as ToolRefused;
    expect(error).toMatchObject({
      tool: name,
      reason,
      decision: { verdict: 'deny', enforcement: 'blocked', field },
    });
    expect(error.message).toContain(reason);
    await tollgate.flush();
    const chain = chainOf(house.spans(), result.runId);
    expect(chain.map(({ record }) => record.kind)).toEqual(['run_started', 'gate_decided', 'run_sealed']);
    expect(chain[1]?.record).toMatchObject({ tool: name, verdict: 'deny', reason, enforcement: 'blocked' });
    expect(chain[1]?.name).toBe(`gate ${name}`);
    expect(chain[2]?.record.final_status).toBe('blocked');
  }
  expect(executed).toBe(0);
});

test('a tool that executes nothing is named where it is put behind the gate', async () => {
  const tollgate = await house.start();
  const nothing = { name: 'classify' } as unknown as Parameters<typeof tollgate.tool>[0];
  expect(() => tollgate.tool(nothing)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('"classify"') }),
  );
});

test('a tool may be an object of a class: what its class says of it holds', async () => {
  const tollgate = await house.start();
  class Tool {
    readonly name: string;
    readonly seen: unknown[] = [];
    constructor(name: string) {
      this.name = name;
    }
    get reads() {
      return this.name === 'search_tickets' ? ['payroll'] : [];
    }
    get hints() {
      return { destructive: this.name === 'classify' };
    }
    rollbackNote() {
      return `${this.name} is undone by hand`;
    }
    async execute(args: object) {
      this.seen.push(args);
      return this.seen.length;
    }
  }
  const reading = tollgate.tool(new Tool('search_tickets'));
  const destructive = tollgate.tool(new Tool('classify'));
  const label = new Tool('set_label');
  const labelling = tollgate.tool(label);
  const result = await tollgate.run({ initiator: SAM }, async (run) => {
    await reading({}).catch(() => {});
    await destructive({}).catch(() => {});
    const reasons = run.refusals().map(({ reason }) => reason);
    return [...reasons, await labelling({ ticket: 'T-1', label: 'done' })];
  });
  expect(result.output).toEqual(['data_not_allowed', 'out_of_scope', 1]);
  expect(label.seen).toEqual([{ ticket: 'T-1', label: 'done' }]);
  await tollgate.flush();
  const notes = chainOf(house.spans(), result.runId).flatMap(({ record }) => record.rollback_note ?? []);
  expect(new Set(notes)).toContain('set_label is undone by hand');
});

test('nobody changes what a tool reads, or how high it is, once it is behind the gate', async () => {
  const tollgate = await house.start();
  const reads = ['payroll'];
  const hints = { destructive: true };
  const reading = tollgate.tool({ name: 'search_tickets', reads, execute: async () => 'secret' });
  const destructive = tollgate.tool({ name: 'classify', hints, execute: async () => 'gone' });
  reads.pop();
  hints.destructive = false;
  const result = await tollgate.run({ initiator: SAM }, async () =>
    Promise.all([reading({}), destructive({})].map((call) => call.catch(({ reason }) => reason))),
  );
  expect(result.output).toEqual(['data_not_allowed', 'out_of_scope']);
});

test('parameters that do not answer at once let nothing through', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const later = { safeParse: async (data: unknown) => ({ success: false, data }) };
  const tool = tollgate.tool({
    name: 'classify',
    parameters: later as never,
    execute: async () => ++executed,
  });
  const result = await tollgate.run({ initiator: SAM }, () => tool({ anything: true }));
  expect(executed).toBe(0);
  expect(result.error).toMatchObject({ reason: 'arguments_not_i_json', decision: { field: '(arguments)' } });
});

test('a tool that reads what the workflow may not is refused, whatever the file says of it', async () => {
  const tollgate = await house.start();
  const tool = tollgate.tool({ name: 'search_tickets', reads: ['payroll'], execute: async () => 'secret' });
  const result = await tollgate.run({ initiator: SAM }, () => tool({}));
  expect(result.error).toMatchObject({ reason: 'data_not_allowed', decision: { field: 'payroll' } });
});

test('the tool receives the arguments that were decided on, and nobody can change them afterwards', async () => {
  const tollgate = await house.start();
  const seen: unknown[] = [];
  const tool = tollgate.tool({
    name: 'set_label',
    execute: async (args: { ticket: string; label: string }) => {
      seen.push(args);
    },
  });
  const args = { ticket: 'T-9', label: 'open' };
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const call = tool(args);
    args.label = 'deleted';
    await call;
  });
  expect(result.status).toBe('completed');
  expect(seen).toEqual([{ ticket: 'T-9', label: 'open' }]);
  expect(seen[0]).not.toBe(args);
});

test('a failing tool: outcome failed, the error reaches the agent, the run fails', async () => {
  const tollgate = await house.start();
  const tool = tollgate.tool({
    name: 'classify',
    execute: async () => {
      throw new RangeError('no such category');
    },
  });
  const result = await tollgate.run({ initiator: SAM }, () => tool({}));
  expect(result).toMatchObject({ status: 'failed', error: new RangeError('no such category') });
  await tollgate.flush();
  const finished = chainOf(house.spans(), result.runId).find(({ record }) => ends(record));
  expect(finished?.record.outcome).toBe('failed');
  expect(finished?.attributes['error.type']).toBe('RangeError');
});

/** What `messageOf` and `nameOf` have to cope with: no prototype, and so no words. */
const wordless = (): object => Object.create(null);

test('whatever a tool throws is a failure, on record and counted', async () => {
  const tollgate = await house.start();
  const odd = [wordless(), Object.assign(new Error(), { message: wordless(), name: wordless() }), 7n, null];
  const tool = tollgate.tool({
    name: 'classify',
    execute: async ({ which }: { which: number }) => {
      throw odd[which];
    },
  });
  const thrown: unknown[] = [];
  const result = await tollgate.run({ initiator: SAM }, async () => {
    for (const which of odd.keys()) await tool({ which }).catch((error) => thrown.push(error));
  });
  expect(result.status).toBe('completed');
  expect(thrown).toEqual(odd);
  await tollgate.flush();
  const chain = chainOf(house.spans(), result.runId);
  expect(chain.flatMap(({ record }) => record.outcome ?? [])).toEqual(odd.map(() => 'failed'));
  expect(chain.at(-1)?.record.detail).toMatchObject({ errors: odd.length });
});

test('whatever the body throws ends up in the result, and the run is sealed', async () => {
  const tollgate = await house.start();
  const error = wordless();
  const result = await tollgate.run({ initiator: SAM }, async () => {
    throw error;
  });
  expect(result).toMatchObject({ status: 'failed' });
  expect(result.error).toBe(error);
  await tollgate.flush();
  expect(chainOf(house.spans(), result.runId).map(({ record }) => record.kind)).toEqual([
    'run_started',
    'run_sealed',
  ]);
});

test('a run without input and output says so, rather than nothing', async () => {
  const tollgate = await house.start();
  const { runId } = await tollgate.run({ initiator: SAM }, () => {});
  await tollgate.flush();
  const [started, sealed] = chainOf(house.spans(), runId);
  expect(started?.attributes[CONTENT.input]).toBe('null');
  expect(sealed?.attributes[CONTENT.output]).toBe('null');
});

test('after shutdown nothing can be recorded, so nothing is executed', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const classify = tollgate.tool({ name: 'classify', execute: async () => ++executed });
  const result = await tollgate.run({ initiator: SAM }, async () => {
    const [first, second] = await Promise.all([tollgate.shutdown(), tollgate.shutdown()]);
    expect(first).toEqual({ unsentRecords: 0, unsentBytes: 0, rejectedRecords: 0 });
    expect(second).toEqual(first);
    return classify({});
  });
  expect(executed).toBe(0);
  expect(result).toMatchObject({ status: 'blocked', error: { reason: 'evidence_unavailable' } });
});

test('shutdown takes no longer than it may, also where the collector never answers', async () => {
  const other = await openHouse(INTERNAL_WORKFLOW);
  try {
    const tollgate = await other.start();
    other.collector.mode = 'hold';
    await tollgate.run({ initiator: SAM }, () => {});
    const from = performance.now();
    expect(await tollgate.shutdown(200)).toMatchObject({ unsentRecords: 2, rejectedRecords: 0 });
    expect(performance.now() - from).toBeLessThan(3000);
  } finally {
    await other.close();
  }
});

test('escalated and cancelled', async () => {
  const tollgate = await house.start();
  const escalated = await tollgate.run({ initiator: SAM }, async (run) => {
    await run.escalate({ reason: 'the customer is a minister' });
  });
  expect(escalated.status).toBe('escalated');
  const controller = new AbortController();
  const slow = tollgate.tool({
    name: 'classify',
    execute: async (_: object, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const cancelled = await tollgate.run({ initiator: SAM, signal: controller.signal }, async () => {
    const call = slow({});
    setTimeout(() => controller.abort(new Error('user left')), 30);
    await call;
  });
  expect(cancelled.status).toBe('cancelled');
  await tollgate.flush();
  const [, record] = chainOf(house.spans(), escalated.runId);
  expect(record?.record).toMatchObject({ kind: 'escalated', detail: { to: 'ola@example.com' } });
  expect(record?.attributes[CONTENT.output]).toBe('"the customer is a minister"');
});
