import type { ModelCall, ModelReport, Tollgate } from '../../face.ts';
import { openModel } from '../shared/open-model.ts';
import { isRecord } from './result.ts';

/** `sampling/createMessage`: MCP names the model afterwards, and says nothing of tokens. */
export interface Sampling {
  /** What is known of the model beforehand. Default: provider `mcp`, and the first model that the server would like. */
  readonly about?:
    | ((params: unknown) => Partial<Pick<ModelCall, 'provider' | 'model' | 'maxInputTokens' | 'ceilingUsd'>>)
    | undefined;
  /** Usage, where the application's client puts it somewhere into its result. Default: unknown, which is not zero. */
  readonly report?: ((result: unknown) => ModelReport) | undefined;
}

/** Meters one sampling request. @throws ModelRefused */
export async function sample(
  tollgate: Tollgate,
  params: unknown,
  { about, report }: Sampling,
  call: () => unknown,
): Promise<unknown> {
  const open = await openModel(tollgate, { ...askedFor(params), ...about?.(params) });
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  await open.done({ ...answered(result), ...report?.(result) });
  return result;
}

function askedFor(params: unknown): ModelCall {
  const asked = isRecord(params) ? params : {};
  const { maxTokens, messages, systemPrompt } = asked;
  return {
    provider: 'mcp',
    model: preferred(asked['modelPreferences']) ?? 'sampling',
    input: { messages, system_prompt: systemPrompt },
    maxOutputTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
  };
}

function preferred(preferences: unknown): string | undefined {
  const hints = isRecord(preferences) ? preferences['hints'] : undefined;
  const first: unknown = Array.isArray(hints) ? hints[0] : undefined;
  return isRecord(first) && typeof first['name'] === 'string' ? first['name'] : undefined;
}

function answered(result: unknown): ModelReport {
  const { model, content } = isRecord(result) ? result : {};
  return { responseModel: typeof model === 'string' ? model : undefined, output: content };
}
