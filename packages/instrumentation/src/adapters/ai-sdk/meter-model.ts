import { type LanguageModel, wrapLanguageModel } from 'ai';
import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { mostInputTokens, type OpenCall, openModel } from '../shared/open-model.ts';
import { requireRun } from '../shared/require-run.ts';
import { refuseMalformed } from './malformed.ts';
import { askedTier, goesOn, tellsTierInChunks, tierOnTheWire } from './provider-metadata.ts';
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
        const { open, run, asked } = await openCall(tollgate, called, params);
        try {
          const result = await doGenerate();
          const { usage, response, content: output, providerMetadata: metadata } = result;
          const tier = tierOnTheWire(result, asked);
          await open.done(reportOf({ usage, response, output, metadata, tier }, partial));
          const calls = result.content.filter((part) => part.type === 'tool-call');
          await refuseMalformed(tollgate, run, calls);
          return result;
        } catch (error) {
          await open.failed(error);
          throw error;
        }
      },
      async wrapStream({ doStream, params, model: called }) {
        const { open, run, asked } = await openCall(tollgate, called, params);
        const hidesRaw = params.includeRawChunks !== true && tellsTierInChunks(called.provider);
        try {
          const result = await (hidesRaw
            ? called.doStream({ ...params, includeRawChunks: true })
            : doStream());
          const ended = async (seen: Observed) => {
            seen.tier ??= tierOnTheWire(result, asked);
            await end(open, seen, partial);
            await refuseMalformed(tollgate, run, seen.calls);
          };
          return { ...result, stream: observeParts(result.stream, ended, hidesRaw) };
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
  params: {
    readonly prompt: unknown;
    readonly tools?: unknown;
    readonly responseFormat?: unknown;
    readonly maxOutputTokens?: number | undefined;
    readonly providerOptions?: unknown;
  },
): Promise<{ readonly open: OpenCall; readonly run: GovernedRun; readonly asked: string | undefined }> {
  const run = requireRun(tollgate, model.modelId);
  const asked = askedTier(params.providerOptions, model);
  const { prompt, tools, responseFormat, maxOutputTokens } = params;
  const open = await openModel(tollgate, {
    ...namesOf(model),
    input: prompt,
    ...(goesOn(params.providerOptions)
      ? {}
      : { maxInputTokens: mostInputTokens({ prompt, tools, responseFormat }), maxOutputTokens }),
    serviceTier: asked,
  });
  return { open, run, asked };
}

function end(open: OpenCall, seen: Observed, partial: boolean): Promise<void> {
  const report = reportOf(seen, partial);
  return seen.error === undefined ? open.done(report) : open.failed(seen.error, report);
}
