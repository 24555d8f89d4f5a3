import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { askedTier, goesOn, tellsTierInChunks, tierOnTheWire } from '../ai-sdk/provider-metadata.ts';
import { type AiSdkResponse, providerName } from '../ai-sdk/report.ts';
import { observeStream } from '../shared/observe.ts';
import { mostInputTokens, type OpenCall, openModel } from '../shared/open-model.ts';
import { refuseMalformed } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { ObservedParts, type Part } from './parts.ts';
import { type AnyUsage, anyReport } from './usage.ts';

/** A model object of the AI SDK's specification v2, v3 or v4, which Mastra takes each as it is. */
export interface MeterableModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}

const VERSIONS: readonly string[] = ['v2', 'v3', 'v4'];

/**
 * The same model, of the same specification, each call metered in the run whose body is executing: admitted by the budget,
 * settled, recorded. A stream that is broken off before its end is unknown usage.
 * @throws TollgateError `invalid_request` for a model named by text, or of another specification.
 */
export function meterModel<M extends MeterableModel>(tollgate: Tollgate, model: M): M {
  const version: unknown = Object(model).specificationVersion;
  if (typeof version !== 'string' || !VERSIONS.includes(version))
    throw new TollgateError(
      'invalid_request',
      'Only a model object of specification v2, v3 or v4 can be metered: for a name, hand over new ModelRouterLanguageModel(name).',
    );
  const own = { doGenerate: generate(tollgate, model), doStream: stream(tollgate, model) };
  return new Proxy(model, {
    get(target, key) {
      if (key === 'doGenerate' || key === 'doStream') return own[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface CallOptions {
  readonly prompt?: unknown;
  readonly tools?: unknown;
  readonly responseFormat?: unknown;
  readonly maxOutputTokens?: number | undefined;
  readonly providerOptions?: unknown;
  readonly includeRawChunks?: boolean | undefined;
}

interface Generated {
  readonly content?: readonly Part[];
  readonly usage?: AnyUsage;
  readonly response?: AiSdkResponse;
  readonly providerMetadata?: unknown;
  /** Without `content`; Mastra's own wrappers have both in an answer of `doGenerate`, and then the content says it all. */
  readonly stream?: ReadableStream<Part>;
}

interface Opened {
  readonly tollgate: Tollgate;
  readonly run: GovernedRun;
  readonly call: OpenCall;
  readonly asked: string | undefined;
}

async function open(tollgate: Tollgate, model: MeterableModel, options: CallOptions): Promise<Opened> {
  const run = requireRun(tollgate, model.modelId);
  const asked = askedTier(options.providerOptions, model);
  const { prompt, tools, responseFormat, maxOutputTokens } = options;
  const call = await openModel(tollgate, {
    provider: providerName(model.provider),
    model: model.modelId,
    input: prompt,
    ...(goesOn(options.providerOptions)
      ? {}
      : { maxInputTokens: mostInputTokens({ prompt, tools, responseFormat }), maxOutputTokens }),
    serviceTier: asked,
  });
  return { tollgate, run, call, asked };
}

function generate(tollgate: Tollgate, model: MeterableModel) {
  return (options: CallOptions) => called(tollgate, model, options, () => model.doGenerate(options as never));
}

function stream(tollgate: Tollgate, model: MeterableModel) {
  return (options: CallOptions) => {
    const hidesRaw = options.includeRawChunks !== true && tellsTierInChunks(model.provider);
    const told = hidesRaw ? { ...options, includeRawChunks: true } : options;
    return called(tollgate, model, options, () => model.doStream(told as never), hidesRaw);
  };
}

async function called(
  tollgate: Tollgate,
  model: MeterableModel,
  options: CallOptions,
  call: () => PromiseLike<unknown>,
  hidesRaw = false,
): Promise<unknown> {
  const opened = await open(tollgate, model, options);
  try {
    const result = (await call()) as Generated;
    const tier = tierOnTheWire(result, opened.asked);
    if (result.stream !== undefined && result.content === undefined)
      return { ...result, stream: observed(opened, result.stream, tier, hidesRaw) };
    const { usage, response, content, providerMetadata: metadata } = result;
    await opened.call.done(anyReport({ usage, response, output: content, metadata, tier }));
    const { seen, refused } = observer(opened);
    for (const part of content ?? []) seen.note(part);
    await refused();
    return result;
  } catch (error) {
    await opened.call.failed(error);
    throw error;
  }
}

/** Reads parts, and refuses malformed calls as they come; `refused` waits until that is on record. */
function observer({ tollgate, run }: Opened) {
  const refusing: Promise<void>[] = [];
  const seen = new ObservedParts((call) => refusing.push(run.track(refuseMalformed(tollgate, run, [call]))));
  return { seen, refused: () => Promise.all(refusing) };
}

function observed(
  opened: Opened,
  source: ReadableStream<Part>,
  tier: string | undefined,
  hidesRaw: boolean,
): ReadableStream<Part> {
  const { call } = opened;
  const { seen, refused } = observer(opened);
  return observeStream(
    source,
    (part) => seen.note(part),
    async (error) => {
      const failure = error ?? seen.error ?? (seen.usage === undefined ? noUsage() : undefined);
      seen.tier ??= tier;
      const report = anyReport(seen);
      if (failure !== undefined) return call.failed(failure, report);
      await call.done(report);
      await refused();
    },
    (part) => !hidesRaw || part.type !== 'raw',
  );
}

function noUsage(): Error {
  return new Error('the stream ended without its usage');
}
