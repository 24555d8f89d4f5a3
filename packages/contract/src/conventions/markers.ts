import { GEN_AI, MODEL_OPERATIONS } from '../attributes.ts';
import type { Marker } from './types.ts';

/**
 * Which spans are one call to a model, and which only repeat the usage of the calls inside them. The first marker that a
 * span has decides. A span without any is a call where it has usage and its name is not one of `REPEATING_NAMES`.
 */
export const MODEL_CALL_MARKERS: readonly Marker[] = [
  {
    // `ai.generateText` repeats the sum of its `ai.generateText.doGenerate`s, also under `gen_ai.*` names.
    attribute: 'ai.operationId',
    convention: 'Vercel AI SDK',
    calls: [],
    callPattern: '[.]do[A-Z]',
  },
  {
    attribute: GEN_AI.operation,
    convention: 'GenAI',
    calls: MODEL_OPERATIONS,
    callsWithUsage: ['decide'],
  },
  { attribute: 'openinference.span.kind', convention: 'OpenInference', calls: ['LLM', 'EMBEDDING'] },
  {
    attribute: 'llm.request.type',
    convention: 'OpenLLMetry',
    calls: ['chat', 'completion', 'embedding'],
  },
  { attribute: 'traceloop.span.kind', convention: 'OpenLLMetry', calls: [] },
];

/** Names of spans (RE2) that repeat usage, where no marker says what the span is. */
export const REPEATING_NAMES = '^(invoke_agent|invoke_workflow|execute_tool|create_agent)';
