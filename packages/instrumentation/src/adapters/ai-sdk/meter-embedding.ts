import { wrapEmbeddingModel } from 'ai';
import type { Tollgate } from '../../face.ts';
import { metered } from './metered.ts';
import { namesOf } from './report.ts';

/** A model object of the specifications that the AI SDK can wrap: v3 and v4. */
export type MeterableEmbeddingModel = Parameters<typeof wrapEmbeddingModel>[0]['model'];

/**
 * The same embedding model, each call metered in the run whose body is executing. The record says what was embedded and
 * how many vectors came back, not the vectors.
 */
export function meterEmbedding(
  tollgate: Tollgate,
  model: MeterableEmbeddingModel,
): ReturnType<typeof wrapEmbeddingModel> {
  return wrapEmbeddingModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapEmbed: ({ doEmbed, params, model: called }) =>
        metered(
          tollgate,
          {
            operation: 'embeddings',
            ...namesOf(called),
            input: params.values,
            maxOutputTokens: 0,
          },
          doEmbed,
          ({ usage, embeddings }) => ({
            // Embeddings have no output tokens; that is known.
            usage: usage === undefined ? undefined : { inputTokens: usage.tokens, outputTokens: 0 },
            output: { embeddings: embeddings.length, dimensions: embeddings[0]?.length ?? 0 },
          }),
        ),
    },
  });
}
