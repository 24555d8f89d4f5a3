import { TollgateError } from '@tollgate/contract';
import { type LanguageModel, wrapLanguageModel } from 'ai';
import type { ModelCall, Tollgate } from '../../face.ts';
import { type OpenCall, openModelCall } from '../../model/meter.ts';
import { GovernedRun } from '../../run/governed-run.ts';
import { providerName, reportOf } from './report.ts';
import { type Observed, observeStream } from './stream.ts';

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
          return { ...result, stream: observeStream(result.stream, ender(open)) };
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
  const run = tollgate.currentRun();
  if (!(run instanceof GovernedRun))
    throw new TollgateError('invalid_request', `"${model.modelId}" was called outside of tollgate.run.`);
  const about: ModelCall = {
    provider: providerName(model.provider),
    model: model.modelId,
    input: params.prompt,
    maxOutputTokens: params.maxOutputTokens,
  };
  return openModelCall(run, about);
}

function ender(open: OpenCall) {
  return ({ usage, response, output, error }: Observed): Promise<void> => {
    const report = reportOf(usage, response, output);
    return error === undefined ? open.done(report) : open.failed(error, report);
  };
}
