import { type LanguageModel, wrapLanguageModel } from 'ai';
import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { type OpenCall, openModel } from '../shared/open-model.ts';
import { requireRun } from '../shared/require-run.ts';
import { refuseMalformed } from './malformed.ts';
import { leavesOutCached, namesOf, reportOf } from './report.ts';
import { type Observed, observeParts } from './stream.ts';

/** A model object of any specification (v2, v3, v4); a model named by text belongs to a gateway that nobody can meter from here. */
export type MeterableModel = Exclude<LanguageModel, string>;

/**
 * The same model, each call metered in the run whose body is executing: admitted by the budget, settled, recorded.
 * A stream that is broken off before its end is unknown usage.
 */
export function meterModel(tollgate: Tollgate, model: MeterableModel): MeterableModel {
  const partial = leavesOutCached(model.specificationVersion, model.provider);
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: 'v4',
      async wrapGenerate({ doGenerate, params, model: called }) {
        const { open, run } = await openCall(tollgate, called, params);
        try {
          const result = await doGenerate();
          await open.done(reportOf(result.usage, result.response, result.content, partial));
          const calls = result.content.filter((part) => part.type === 'tool-call');
          await refuseMalformed(tollgate, run, calls);
          return result;
        } catch (error) {
          await open.failed(error);
          throw error;
        }
      },
      async wrapStream({ doStream, params, model: called }) {
        const { open, run } = await openCall(tollgate, called, params);
        try {
          const result = await doStream();
          const ended = async (seen: Observed) => {
            await end(open, seen, partial);
            await refuseMalformed(tollgate, run, seen.calls);
          };
          return { ...result, stream: observeParts(result.stream, ended) };
        } catch (error) {
          await open.failed(error);
          throw error;
        }
      },
    },
  });
}

async function openCall(
  tollgate: Tollgate,
  model: { readonly provider: string; readonly modelId: string },
  params: { readonly prompt: unknown; readonly maxOutputTokens?: number | undefined },
): Promise<{ readonly open: OpenCall; readonly run: GovernedRun }> {
  const run = requireRun(tollgate, model.modelId);
  const open = await openModel(tollgate, {
    ...namesOf(model),
    input: params.prompt,
    maxOutputTokens: params.maxOutputTokens,
  });
  return { open, run };
}

function end(open: OpenCall, { usage, response, output, error }: Observed, partial: boolean): Promise<void> {
  const report = reportOf(usage, response, output, partial);
  return error === undefined ? open.done(report) : open.failed(error, report);
}
