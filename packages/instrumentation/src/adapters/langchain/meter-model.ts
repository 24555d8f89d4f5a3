import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { ChatResult } from '@langchain/core/outputs';
import type { ModelCall, Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { observeIterable } from '../shared/observe.ts';
import { type OpenCall, openModel } from '../shared/open-model.ts';
import { refuseMalformed } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { aboutOf, type MeterModelOptions } from './about.ts';
import { answerable, malformedIn } from './malformed.ts';
import { meteredParts } from './metered-parts.ts';
import { Observed } from './observed.ts';
import { ObservedEvents } from './observed-events.ts';
import { reportOf } from './report.ts';

const meteredBy = new WeakMap<object, Tollgate>();

/**
 * The same chat model, each call metered in the run whose body is executing: admitted by the budget, settled, recorded. All of
 * `invoke`, `stream`, `streamEvents`, `batch`, `bindTools` and `withStructuredOutput` end in the three methods that are
 * metered here, each exactly once. A stream that is broken off before its end is unknown usage.
 */
export function meterModel<M extends BaseChatModel>(
  tollgate: Tollgate,
  model: M,
  options: MeterModelOptions = {},
): M {
  if (meteredBy.get(model) === tollgate) return model;
  const meter = <T>(value: T) => meteredParts(value, (found) => meterModel(tollgate, found, options)).value;
  const metered: M = Object.create(model);
  meteredBy.set(metered, tollgate);
  for (const [name, value] of Object.entries({
    ...makers(model, metered, meter),
    // A configurable model picks one of these for each call, which is then the one to be metered.
    ...(configurable(model, meter) ?? calls(tollgate, model, options)),
  }))
    Object.defineProperty(metered, name, { value, writable: false });
  return metered;
}

/** The methods that reach the provider. The model's own are called on the model itself, so that what they call is not metered again. */
function calls(tollgate: Tollgate, model: BaseChatModel, named: MeterModelOptions) {
  const open = async (options: Options, messages: Messages): Promise<Opened> => {
    const about = aboutOf(model, options, messages, named);
    const run = requireRun(tollgate, about.model);
    return { tollgate, run, about, signal: options.signal, call: await openModel(tollgate, about) };
  };
  return {
    async _generate(messages: Messages, options: Options, manager?: Manager) {
      const opened = await open(options, messages);
      try {
        const result = await model._generate(messages, options, manager);
        return await generated(opened, result);
      } catch (error) {
        await opened.call.failed(error);
        throw error;
      }
    },
    ...(hasOwnWay(model, '_streamResponseChunks') && {
      async *_streamResponseChunks(messages: Messages, options: Options, manager?: Manager) {
        const opened = await open(options, messages);
        const seen = new Observed(opened.about.provider);
        yield* observeIterable(
          model._streamResponseChunks(messages, options, manager),
          (chunk) => seen.note(chunk),
          (error) => ended(opened, seen, error),
        );
      },
    }),
    ...(hasOwnWay(model, '_streamChatModelEvents') && {
      async *_streamChatModelEvents(messages: Messages, options: Options, manager?: Manager) {
        const opened = await open(options, messages);
        const seen = new ObservedEvents();
        yield* observeIterable(
          model._streamChatModelEvents(messages, options, manager),
          (event) => seen.note(event),
          (error) => ended(opened, seen, error),
        );
      },
    }),
  };
}

type Messages = Parameters<BaseChatModel['_generate']>[0];
type Options = Parameters<BaseChatModel['_generate']>[1];
type Manager = NonNullable<Parameters<BaseChatModel['_generate']>[2]>;

interface Opened {
  readonly tollgate: Tollgate;
  readonly run: GovernedRun;
  readonly about: ModelCall;
  readonly signal: AbortSignal | undefined;
  readonly call: OpenCall;
}

async function generated({ tollgate, run, call }: Opened, result: ChatResult): Promise<ChatResult> {
  await call.done(reportOf(result));
  const answers = result.generations.map(({ message }) => message);
  await refuseMalformed(tollgate, run, answers.flatMap(malformedIn));
  for (const message of answers) answerable(run, message);
  return result;
}

async function ended(opened: Opened, seen: Observed | ObservedEvents, thrown: unknown): Promise<void> {
  const { tollgate, run, call, signal } = opened;
  // Anthropic's models end a stream that is aborted as if it were whole.
  const error = thrown ?? (signal?.aborted === true ? signal.reason : undefined);
  // What was counted until then is less than the provider's bill.
  if (error !== undefined) return call.failed(error, { ...seen.report(), usage: undefined });
  await call.done(seen.report());
  await refuseMalformed(tollgate, run, seen.malformed());
}

/** What makes other models or runnables of this one; some classes make a new model, which nobody would meter. */
function makers(model: BaseChatModel, metered: BaseChatModel, meter: <T>(value: T) => T) {
  const names = ['bindTools', 'withConfig', 'bind', 'withStructuredOutput'] as const;
  const found = names.flatMap((name) => {
    const made: unknown = Reflect.get(model, name);
    if (typeof made !== 'function') return [];
    return [[name, (...args: unknown[]) => meter(Reflect.apply(made, metered, args))]];
  });
  return Object.fromEntries(found);
}

/** `initChatModel`'s. */
function configurable(model: BaseChatModel, meter: <T>(value: T) => T) {
  const pick: unknown = Reflect.get(model, '_getModelInstance');
  if (typeof pick !== 'function') return undefined;
  return {
    _getModelInstance: async (...args: unknown[]) => meter(await Reflect.apply(pick, model, args)),
  };
}

/** Whether a class below LangChain's base brings the method: LangChain itself asks by comparing with the base's. */
function hasOwnWay(model: object, name: string): boolean {
  const owners: object[] = [];
  for (let owner: object | null = model; owner !== null; owner = Object.getPrototypeOf(owner))
    if (Object.hasOwn(owner, name)) owners.push(owner);
  return owners.length > 1;
}
