import { wrapImageModel } from 'ai';
import type { Tollgate } from '../../face.ts';
import { metered } from './metered.ts';
import { namesOf } from './report.ts';

/** A model object; one named by text belongs to a gateway that nobody can meter from here. */
export type MeterableImageModel = Parameters<typeof wrapImageModel>[0]['model'];

/**
 * The same image model, each call metered in the run whose body is executing. Most image models have no price by the token:
 * under a budget they need `budget.per_call`. The record holds the prompt and the number of images, not the images.
 */
export function meterImage(
  tollgate: Tollgate,
  model: MeterableImageModel,
): ReturnType<typeof wrapImageModel> {
  return wrapImageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      wrapGenerate: ({ doGenerate, params, model: called }) =>
        metered(
          tollgate,
          {
            operation: 'generate_content',
            ...namesOf(called),
            input: {
              prompt: params.prompt,
              n: params.n,
              size: params.size,
              files: params.files?.length ?? 0,
            },
          },
          doGenerate,
          ({ usage, images, response }) => ({
            usage:
              usage === undefined
                ? undefined
                : { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
            responseModel: response.modelId,
            output: { images: images.length },
          }),
        ),
    },
  });
}
