import { type LanguageModel, wrapLanguageModel } from 'ai';
import type { Tollgate } from '../../face.ts';
import { type OpenCall, openModel } from '../shared/open-model.ts';
import { providerName, reportOf } from './report.ts';
import { type Observed, observeParts } from './stream.ts';

/** A model object; a model named by text belongs to a gateway that nobody can meter from here. */
export type MeterableModel = Exclude<LanguageModel, string>;

/**
 * The same model, each call metered in the run whose body is executing: admitted by the budget, settled, recorded.
 * A stream that is broken off before its end is unknown usage.
 */
export function meterModel(tollgate: Tollgate, model: MeterableModel): MeterableModel {
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      async wrapGenerate({ doGenerate, params, model: called }) {
        const open = await openCall(tollgate, called, params);
        try {
          const result = await doGenerate();
          await open.done(reportOf(result.usage, result.response, result.content));
          return result;
        } catch (error) {
          await open.failed(error);
          throw error;
        }
      },
      async wrapStream({ doStream, params, model: called }) {
        const open = await openCall(tollgate, called, params);
        try {
          const result = await doStream();
          return { ...result, stream: observeParts(result.stream, ender(open)) };
        } catch (error) {
          await open.failed(error);
          throw error;
        }
      },
    },
  });
}

function openCall(
  tollgate: Tollgate,
  model: { readonly provider: string; readonly modelId: string },
  params: { readonly prompt: unknown; readonly maxOutputTokens?: number | undefined },
): Promise<OpenCall> {
  return openModel(tollgate, {
    provider: providerName(model.provider),
    model: model.modelId,
    input: params.prompt,
    maxOutputTokens: params.maxOutputTokens,
  });
}

function ender(open: OpenCall) {
  return ({ usage, response, output, error }: Observed): Promise<void> => {
    const report = reportOf(usage, response, output);
    return error === undefined ? open.done(report) : open.failed(error, report);
  };
}
