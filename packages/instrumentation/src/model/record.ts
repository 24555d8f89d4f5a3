import type { Attributes } from '@opentelemetry/api';
import { GEN_AI, spanName, TOLLGATE, type Usage } from '@tollgate/contract';
import type { Entry } from '../evidence/entry.ts';
import type { ModelCall, ModelReport } from '../face.ts';
import type { Cost } from './price.ts';

export interface MeteredCall {
  readonly about: ModelCall;
  readonly report: ModelReport;
  readonly usage: Usage;
  readonly cost: Cost;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly errorType: string | undefined;
}

/** The record and the `chat {model}` span of one model call. */
export function modelEntry(call: MeteredCall): Entry {
  const { about, report, usage, cost, startNs, endNs, errorType } = call;
  return {
    kind: 'model_called',
    spanName: spanName.model(about.model),
    fields: {
      model: report.responseModel ?? about.model,
      usage,
      cost,
      ...(errorType === undefined ? {} : { outcome: 'failed' }),
    },
    attributes: attributesOf(call),
    content: { input: about.input, output: report.output },
    startNs,
    endNs,
    client: true,
    errorType,
  };
}

function attributesOf({ about, report, usage, errorType }: MeteredCall): Attributes {
  return {
    [GEN_AI.operation]: about.operation ?? 'chat',
    [GEN_AI.provider]: about.provider,
    [GEN_AI.requestModel]: about.model,
    ...given(GEN_AI.responseModel, report.responseModel),
    ...given(GEN_AI.responseId, report.responseId),
    ...given(GEN_AI.inputTokens, usage.input_tokens),
    ...given(GEN_AI.outputTokens, usage.output_tokens),
    ...given(GEN_AI.cacheReadTokens, usage.cache_read_tokens),
    ...given(GEN_AI.cacheCreationTokens, usage.cache_creation_tokens),
    ...given(TOLLGATE.cacheCreation1hTokens, usage.cache_creation_1h_tokens),
    ...given(GEN_AI.reasoningTokens, usage.reasoning_tokens),
    ...given(TOLLGATE.serviceTier, report.serviceTier ?? about.serviceTier),
    ...(errorType === undefined ? {} : { [TOLLGATE.outcome]: 'failed' }),
    ...(report.costUsd === undefined ? {} : reported(report.costUsd)),
  };
}

/** As long as any cost that can be read, and enough to see what another one was. */
const LONGEST_COST = 64;

/**
 * The provider's own figure. One that cannot be read goes out as it came, or as what it is where it is no text: whoever stores it
 * says so, and nobody drops it.
 */
const reported = (costUsd: unknown): Attributes => ({
  [TOLLGATE.costUsd]: typeof costUsd === 'string' ? costUsd.slice(0, LONGEST_COST) : `a ${typeof costUsd}`,
  [TOLLGATE.costSource]: 'provider',
});

function given(name: string, value: string | number | undefined): Attributes {
  return value === undefined ? {} : { [name]: value };
}
