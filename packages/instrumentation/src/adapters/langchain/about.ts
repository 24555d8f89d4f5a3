import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BaseMessage } from '@langchain/core/messages';
import type { ModelCall } from '../../face.ts';
import { mostInputTokens } from '../shared/open-model.ts';
import { tierIn } from '../shared/service-tier.ts';
import { plainMessage } from './message.ts';
import { providerName } from './report.ts';

/** What the names that LangChain's classes tell tracers do not say, or say wrongly. */
export interface MeterModelOptions {
  /** GenAI conventions' name, e.g. `openai`. Default: what the model's class says. */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

/** One call, before it is made, as the model itself describes it to tracers. */
export function aboutOf(
  model: BaseChatModel,
  options: BaseChatModel['ParsedCallOptions'],
  messages: readonly BaseMessage[],
  named: MeterModelOptions,
): ModelCall {
  const told = model.getLsParams(options);
  const params = parametersOf(model, options);
  const answers = positive(params['n']) ?? 1;
  const maxOutput = LIMITS.map((key) => positive(params[key])).find((limit) => limit !== undefined);
  const limit = told.ls_max_tokens ?? maxOutput;
  const input = messages.map(plainMessage);
  const sent = (key: string): unknown => params[key] ?? Reflect.get(options, key);
  const most = {
    maxInputTokens: mostInputTokens({ input, described: DESCRIBED.map(sent) }),
    maxOutputTokens: limit === undefined ? undefined : limit * answers,
  };
  return {
    provider: named.provider ?? providerName(told.ls_provider ?? model._llmType()),
    model: named.model ?? told.ls_model_name ?? text(params['model']) ?? ownName(model) ?? model._llmType(),
    input,
    ...(KEPT.some((key) => sent(key) != null) ? {} : most),
    serviceTier: tierIn(params['service_tier'], params['serviceTier']),
  };
}

/** What a model gets to read besides messages, by the names that providers have for it. */
const DESCRIBED = ['tools', 'functions', 'toolConfig', 'response_format', 'output_config', 'text'] as const;
/** What the provider adds from its own store has no bound that could be known here. */
const KEPT = ['previous_response_id', 'conversation'] as const;
const LIMITS = ['max_completion_tokens', 'max_output_tokens', 'max_tokens', 'maxOutputTokens'] as const;

function parametersOf(
  model: BaseChatModel,
  options: BaseChatModel['ParsedCallOptions'],
): Readonly<Record<string, unknown>> {
  try {
    return { ...model.invocationParams(options) };
  } catch {
    // Only names, limits and the tier are looked for; the call itself says what is wrong.
    return {};
  }
}

function ownName(model: BaseChatModel): string | undefined {
  return text(Reflect.get(model, 'model')) ?? text(Reflect.get(model, 'modelName'));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}
