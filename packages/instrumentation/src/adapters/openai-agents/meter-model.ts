import type { Model, ModelProvider, ModelRequest } from '@openai/agents';
import type { ModelCall, Tollgate } from '../../face.ts';
import { observeIterable } from '../shared/observe.ts';
import { type OpenCall, openModel } from '../shared/open-model.ts';
import { Observed } from './observed.ts';
import { type AgentsResponse, reportOf } from './report.ts';
import { askedTier } from './service-tier.ts';
import { recordUnparsable } from './unparsable.ts';

/** Which model it is; a Model of the SDK does not say. */
export interface ModelIdentity {
  /** GenAI conventions' name, e.g. `openai`. */
  readonly provider: string;
  readonly model: string;
}

const metered = new WeakSet<object>();

/**
 * The same model, each call metered in the run whose body is executing: admitted by the budget, settled, recorded.
 * A stream that is broken off before its end is unknown usage.
 */
export function meterModel<M extends Model>(tollgate: Tollgate, model: M, identity: ModelIdentity): M {
  if (metered.has(model)) return model;
  const proxy = instead(model, {
    getResponse: async (request: ModelRequest) => {
      const open = await openModel(tollgate, callOf(request, identity));
      return ended(tollgate, open, request, () => model.getResponse(request));
    },
    getStreamedResponse: (request: ModelRequest) => stream(tollgate, model, request, identity),
  });
  metered.add(proxy);
  return proxy;
}

/** Models that a Runner looks up by name, each metered: `new Runner({ modelProvider: meterProvider(tollgate, provider) })`. */
export function meterProvider<P extends ModelProvider>(
  tollgate: Tollgate,
  provider: P,
  identity: { readonly provider?: string | undefined; readonly defaultModel?: string | undefined } = {},
): P {
  return instead(provider, {
    getModel: async (name?: string) =>
      meterModel(tollgate, await provider.getModel(name), {
        provider: identity.provider ?? 'openai',
        model: name ?? identity.defaultModel ?? 'default',
      }),
  });
}

async function ended<T extends AgentsResponse>(
  tollgate: Tollgate,
  open: OpenCall,
  request: ModelRequest,
  call: () => Promise<T>,
): Promise<T> {
  let response: T;
  try {
    response = await call();
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  await open.done(reportOf(response));
  await recordUnparsable(tollgate, request, response.output);
  return response;
}

async function* stream(tollgate: Tollgate, model: Model, request: ModelRequest, identity: ModelIdentity) {
  const open = await openModel(tollgate, callOf(request, identity));
  const seen = new Observed();
  yield* observeIterable(
    started(model, request),
    (event) => seen.note(event),
    async (error) => {
      const { response, text, tier } = seen;
      if (error === undefined && response !== undefined) {
        await open.done(reportOf(response, seen));
        await recordUnparsable(tollgate, request, response.output);
      } else {
        const report = { output: { text }, serviceTier: tier };
        await open.failed(error ?? new Error('the stream ended without its usage'), report);
      }
    },
  );
}

/** A model may throw before it returns its stream; this too is an end of the call. */
async function* started(model: Model, request: ModelRequest) {
  yield* model.getStreamedResponse(request);
}

function callOf(request: ModelRequest, identity: ModelIdentity): ModelCall {
  const {
    systemInstructions,
    input,
    tools,
    handoffs,
    outputType,
    previousResponseId,
    conversationId,
    prompt,
  } = request;
  // What the provider adds from its own store has no bound that could be known here.
  const isWhole = previousResponseId === undefined && conversationId === undefined && prompt === undefined;
  const sent = JSON.stringify({ systemInstructions, input, tools, handoffs, outputType });
  return {
    ...identity,
    serviceTier: askedTier(request.modelSettings.providerData, identity),
    input: { instructions: systemInstructions, input },
    ...(isWhole
      ? { maxInputTokens: Buffer.byteLength(sent), maxOutputTokens: request.modelSettings.maxTokens }
      : {}),
  };
}

/** The same object but for some of its methods; the others run on the original, private fields and all. */
function instead<T extends object>(original: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(original, {
    get(target, key) {
      if (typeof key === 'string' && Object.hasOwn(methods, key)) return methods[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
