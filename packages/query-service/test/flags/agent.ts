import { randomBytes, randomUUID } from 'node:crypto';
import type { ClickHouse } from '@tollgate/clickhouse';
import {
  appendRecord,
  type ChainState,
  CONTENT,
  canonicalJson,
  type EvidenceRecord,
  newNonce,
  type RecordFields,
  saltedDigest,
  startChain,
  TOLLGATE,
} from '@tollgate/contract';
import { storeTime } from '../../src/records/store-time.ts';

/** One row of the landing table, as a collector writes it. */
export type LandingRow = Readonly<Record<string, unknown>>;

export interface SpanChoices {
  readonly name?: string;
  readonly scope?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly principal?: string;
  /** Nanoseconds since 1970. */
  readonly start?: bigint;
  readonly duration?: bigint;
  readonly trace_id?: string;
  readonly span_id?: string;
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

export function span({
  name = 'span',
  scope = 'test',
  attributes = {},
  principal = 'ops-agent',
  ...choices
}: SpanChoices = {}): LandingRow {
  return {
    Timestamp: storeTime(choices.start ?? now()),
    TraceId: choices.trace_id ?? randomBytes(16).toString('hex'),
    SpanId: choices.span_id ?? randomBytes(8).toString('hex'),
    ...{ ParentSpanId: '', TraceState: '', SpanName: name, SpanKind: 'Internal', ServiceName: 'agent' },
    ResourceAttributes: { 'service.name': 'agent', 'tollgate.principal': principal },
    ...{ ScopeName: scope, ScopeVersion: '1', SpanAttributes: attributes },
    Duration: (choices.duration ?? 0n).toString(),
    ...{ StatusCode: 'Unset', StatusMessage: '' },
    ...{ 'Events.Timestamp': [], 'Events.Name': [], 'Events.Attributes': [] },
    ...{ 'Links.TraceId': [], 'Links.SpanId': [], 'Links.TraceState': [], 'Links.Attributes': [] },
  };
}

export interface RunIdentity {
  readonly run_id: string;
  readonly workflow: string;
  readonly policy_version: string;
  readonly owner: string;
  readonly team: string;
}

type Said = Partial<Omit<RecordFields, 'kind'>>;

/** An agent's process as a collector sees it: it keeps one chain and gives a landing row for each thing it does. */
export class Agent {
  readonly run: RunIdentity;
  readonly writer: string;
  readonly trace_id = randomBytes(16).toString('hex');
  readonly rows: LandingRow[] = [];
  chain: ChainState;
  #time: bigint;

  constructor(run: RunIdentity, start: bigint = now(), writer: string = randomUUID()) {
    this.run = run;
    this.writer = writer;
    this.chain = startChain(run.run_id, this.writer, run.policy_version);
    this.#time = start;
  }

  /** Appends a record, with its content beside it, and gives the span that carries it. */
  say(
    kind: EvidenceRecord['kind'],
    said: Said = {},
    content: Readonly<Record<string, unknown>> = {},
    choices: SpanChoices = {},
  ): LandingRow {
    const { run_id: _, ...claims } = this.run;
    this.#time += 1_000_000n;
    const texts = Object.entries(content).map(
      ([field, value]) => [field, canonicalJson(value), newNonce()] as const,
    );
    const digests = Object.fromEntries(
      texts.map(([field, text, nonce]) => [field, saltedDigest(nonce, text)]),
    );
    const { text, next } = appendRecord(this.chain, {
      ...claims,
      kind,
      time: this.#time.toString(),
      ...(texts.length === 0 ? {} : { digests }),
      ...said,
    });
    this.chain = next;
    const row = span({
      trace_id: this.trace_id,
      start: this.#time,
      ...choices,
      attributes: {
        ...this.attributes(),
        [TOLLGATE.record]: text,
        ...(said.final_status === undefined ? {} : { [TOLLGATE.finalStatus]: said.final_status }),
        ...Object.fromEntries(texts.map(([field, value]) => [`tollgate.content.${field}`, value])),
        ...(texts.length === 0
          ? {}
          : {
              [CONTENT.nonces]: JSON.stringify(
                Object.fromEntries(texts.map(([field, , nonce]) => [field, nonce])),
              ),
            }),
        ...choices.attributes,
      },
    });
    this.rows.push(row);
    return row;
  }

  attributes(): Record<string, string> {
    const { run_id, workflow, policy_version, owner, team } = this.run;
    return {
      [TOLLGATE.runId]: run_id,
      [TOLLGATE.writer]: this.writer,
      [TOLLGATE.workflow]: workflow,
      [TOLLGATE.policyVersion]: policy_version,
      [TOLLGATE.owner]: owner,
      [TOLLGATE.team]: team,
    };
  }

  start(): LandingRow {
    return this.say('run_started', {}, { input: 'do it' });
  }

  /** A model call that the provider says cost so much; null: a model that nobody has a price for. */
  call(usd: string | null, said: Said = {}, content = { input: 'q', output: 'a' }): LandingRow {
    const model = usd === null ? 'house-model' : 'gpt-4o';
    return this.say(
      'model_called',
      { model, cost: { usd, source: usd === null ? null : 'provider', price_version: null }, ...said },
      content,
      {
        duration: 1000n,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': usd === null ? 'house' : 'openai',
          'gen_ai.request.model': model,
          'gen_ai.response.id': randomUUID(),
          'gen_ai.usage.input_tokens': '10',
          'gen_ai.usage.output_tokens': '5',
          ...(usd === null ? {} : { [TOLLGATE.costUsd]: usd, [TOLLGATE.costSource]: 'provider' }),
        },
      },
    );
  }

  /** A tool call that the gate let through, with decision and end. */
  tool(tool: string, action: string, action_class: 1 | 2 | 3, args: unknown, said: Said = {}): string {
    const call_id = said.call_id ?? randomUUID();
    const facts: Said = {
      ...{ tool, action, action_class, call_id, verdict: action_class === 3 ? 'require_approval' : 'allow' },
      ...(action_class === 1 ? {} : { rollback_note: 'undo it' }),
      enforcement: 'executed',
      ...said,
    };
    this.say('gate_decided', facts, { arguments: args });
    this.say('tool_finished', { ...facts, outcome: 'succeeded' }, { result: 'ok' });
    return call_id;
  }

  seal(final_status: NonNullable<EvidenceRecord['final_status']> = 'completed'): LandingRow {
    const detail = { writers: [{ writer: this.writer, count: this.chain.seq, head: this.chain.head }] };
    return this.say('run_sealed', { final_status, detail }, { output: 'done' });
  }
}

/** The agent of a run of the workflow that `approvalFlow` registers. */
export const agentOf = ({ policy_version }: Pick<RunIdentity, 'policy_version'>, run_id: string): Agent =>
  new Agent({ run_id, workflow: 'ops-deploy', policy_version, owner: 'owner@example.com', team: 'ops' });

/** Inserts rows the way a collector does, each batch under a token of its own. */
export async function collect(
  { clients }: Pick<ClickHouse, 'clients'>,
  rows: readonly LandingRow[],
): Promise<void> {
  await clients.landing.insert({
    table: 'otlp_spans',
    values: [...rows],
    format: 'JSONEachRow',
    clickhouse_settings: { insert_deduplication_token: randomUUID() },
  });
}
