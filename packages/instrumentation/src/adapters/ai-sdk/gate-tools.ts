import { TollgateError } from '@tollgate/contract';
import type { ToolExecutionOptions, ToolSet } from 'ai';
import type { Tollgate, ToolDefinition } from '../../face.ts';
import { isGated, markGated } from '../shared/gated.ts';
import { openTool, type ToolIdentity } from '../shared/open-tool.ts';

/** What the gate should know of a tool besides what the AI SDK knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export interface GateToolsOptions<T extends ToolSet> {
  readonly details?: { readonly [K in keyof T]?: ToolDetails } | undefined;
  /** Tools without `execute` that are let through, because nothing is executed (e.g. the shape of a final answer). */
  readonly passThrough?: readonly (keyof T & string)[] | undefined;
}

/**
 * The same tools, each `execute` behind the gate. Pausing for approval happens there as well, so the framework's own
 * approval settings are not needed, and going round them gains nothing. A tool that is behind this gate already is left as it is.
 * @throws TollgateError `invalid_request` for a tool that executes where no gate can stand.
 */
export function gateTools<T extends ToolSet>(
  tollgate: Tollgate,
  tools: T,
  options: GateToolsOptions<T> = {},
): T {
  const gated = Object.entries(tools).map(([name, tool]) => {
    if (tool.execute !== undefined) return [name, gateOne(tollgate, name, tool, options.details?.[name])];
    if (options.passThrough?.includes(name) === true && tool.type !== 'provider') return [name, tool];
    throw new TollgateError(
      'invalid_request',
      `"${name}" has no execute of its own, so no gate can stand before it: give it one, or name it in passThrough if nothing is executed.`,
    );
  });
  return Object.fromEntries(gated) as T;
}

function gateOne(tollgate: Tollgate, name: string, tool: ToolSet[string], details: ToolDetails = {}) {
  if (isGated(tollgate, tool.execute as Execute)) return tool;
  const { reads, hints, rollbackNote } = details;
  const identity = { name, reads, hints, rollbackNote };
  // As the AI SDK calls it: on the tool.
  const execute: Execute = (...given) => Reflect.apply(tool.execute as Execute, tool, given);
  const define = (run: ToolDefinition<unknown, unknown>['execute']) =>
    tollgate.tool<unknown, unknown>({
      ...identity,
      rollbackNote: rollbackNote as ((args: unknown) => string) | undefined,
      execute: run,
    });
  // Once now, so that a strict start refuses an unlisted tool before anything runs.
  define(() => undefined);
  // What it returns has to be known before it may be called.
  if (isGeneratorFunction(tool.execute as Execute))
    return {
      ...tool,
      execute: markGated(tollgate, (input: unknown, call: Options) =>
        preliminary(tollgate, identity, execute as Generate, input, call),
      ),
    };
  return {
    ...tool,
    execute: markGated(tollgate, (input: unknown, call: Options) =>
      define((args, { signal }) => last(execute(args, { ...call, abortSignal: signal })))(input, {
        callId: call.toolCallId,
        signal: call.abortSignal,
      }),
    ),
  };
}

type Options = ToolExecutionOptions<unknown>;
type Execute = (input: unknown, call: Options) => unknown;
type Generate = (input: unknown, call: Options) => AsyncIterable<unknown>;

function isGeneratorFunction(execute: Execute): boolean {
  return Object.prototype.toString.call(execute) === '[object AsyncGeneratorFunction]';
}

/** Each preliminary result as it comes; the last is the result. One that nobody reads to its end has an unknown outcome. */
async function* preliminary(
  tollgate: Tollgate,
  identity: ToolIdentity,
  generate: Generate,
  input: unknown,
  call: Options,
): AsyncGenerator<unknown, void, undefined> {
  const options = { callId: call.toolCallId, signal: call.abortSignal };
  const open = await openTool(tollgate, identity, input, options);
  let latest: unknown;
  try {
    for await (const part of generate(open.args, { ...call, abortSignal: open.signal })) {
      latest = part;
      yield part;
    }
    await open.done(latest);
  } catch (error) {
    await open.failed(error);
    throw error;
  } finally {
    await open.lost();
  }
}

/** A tool that returns preliminary results all the same has one result: its last. */
async function last(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result;
  let latest: unknown;
  for await (const part of result as AsyncIterable<unknown>) latest = part;
  return latest;
}
