import { DynamicStructuredTool, DynamicTool, StructuredTool, Tool } from '@langchain/core/tools';
import { interopSafeParseAsync, isInteropZodSchema } from '@langchain/core/utils/types';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { ToolIdentity } from '../shared/open-tool.ts';
import { refuse, takeRefusal } from '../shared/refuse-malformed.ts';
import { requireRun } from '../shared/require-run.ts';
import { execute } from './execution.ts';
import { refusalMessage } from './message.ts';

interface Config {
  readonly signal?: AbortSignal | undefined;
  readonly toolCall?: { readonly id?: string | undefined } | undefined;
}
type Code = (args: unknown, manager?: unknown, config?: Config) => unknown;

/** LangChain's structured tools, as far as a gate needs them. `_call` is where every way to invoke one ends. */
export interface Callable {
  readonly name: string;
  readonly schema: unknown;
  readonly _call: Code;
  readonly func?: Code;
  readonly call: (arg: unknown, config?: unknown, tags?: unknown) => Promise<unknown>;
}

export function isCallable(tool: object): tool is Callable {
  return '_call' in tool && typeof tool._call === 'function' && 'call' in tool;
}

/**
 * The same tool, its code behind the gate: `_call`, and `func` where it has one. Whoever invokes it with a tool call, as each
 * agent loop does, gets a refusal as that call's message; whoever calls it with bare arguments gets it thrown.
 * @throws TollgateError `invalid_request` for a tool with an `invoke` or `call` of its own, which need not come by `_call`.
 */
export function gateStructured<T extends Callable>(tollgate: Tollgate, tool: T, identity: ToolIdentity): T {
  requireFrameworksOwn(tool);
  const behindGate =
    (code: Code, callId?: string): Code =>
    (args, manager, config) =>
      execute(
        tollgate,
        { tool: identity, callId: callId ?? config?.toolCall?.id, signal: config?.signal },
        args,
        (decided, signal) => Reflect.apply(code, tool, [decided, manager, { ...config, signal }]),
      );

  const call: Callable['call'] = async (arg, config, tags) => {
    const callId = callIdOf(arg, config);
    const already = await takeRefusal(requireRun(tollgate, identity.name), callId);
    if (already !== undefined && callId !== undefined) return refusalMessage(already, callId);
    let reached = false;
    const once: unknown = Object.create(gated, {
      _call: method((...given: Parameters<Code>) => {
        reached = true;
        return behindGate(tool._call, callId)(...given);
      }),
    });
    try {
      return await Reflect.apply(tool.call, once, [arg, config, tags]);
    } catch (error) {
      const cause =
        !reached && isParsingFailure(error)
          ? await refuseInput(tollgate, tool, identity, arg, callId)
          : error;
      if (cause instanceof ToolRefused && cause.tool === identity.name && callId !== undefined)
        return refusalMessage(cause, callId);
      throw cause;
    }
  };
  const { func } = tool;
  const gated: T = Object.create(tool, {
    call: method(call),
    _call: method(behindGate(tool._call)),
    ...(func === undefined ? {} : { func: method(behindGate(func)) }),
  });
  return gated;
}

function method(value: unknown): PropertyDescriptor {
  return { value, writable: false, configurable: false, enumerable: false };
}

const FRAMEWORKS_OWN = [StructuredTool, Tool, DynamicTool, DynamicStructuredTool] as const;
const NAMES: readonly string[] = ['StructuredTool', 'Tool', 'DynamicTool', 'DynamicStructuredTool'];

/** By identity, or by name where the application has several copies of LangChain. */
function requireFrameworksOwn(tool: Callable): void {
  for (const key of ['invoke', 'call']) {
    let owner: unknown = tool;
    while (typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, key))
      owner = Object.getPrototypeOf(owner);
    const known =
      FRAMEWORKS_OWN.some(({ prototype }) => prototype === owner) ||
      (owner !== tool &&
        typeof owner === 'object' &&
        owner !== null &&
        NAMES.includes(owner.constructor.name));
    if (known) continue;
    throw new TollgateError(
      'invalid_request',
      `"${tool.name}" has its own "${key}", so no gate can stand before its code: let it do its work in _call.`,
    );
  }
}

export function isToolCall(
  value: unknown,
): value is { readonly args: unknown; readonly id?: string | undefined } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'tool_call';
}

function callIdOf(arg: unknown, config: unknown): string | undefined {
  if (isToolCall(arg)) return arg.id;
  if (typeof config !== 'object' || config === null || !('toolCall' in config)) return undefined;
  return isToolCall(config.toolCall) ? config.toolCall.id : undefined;
}

/** `ToolInputParsingException`, from whichever copy of LangChain. */
function isParsingFailure(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Received tool input did not match');
}

async function refuseInput(
  tollgate: Tollgate,
  { schema }: Callable,
  { name }: ToolIdentity,
  arg: unknown,
  callId: string | undefined,
): Promise<ToolRefused> {
  const args = isToolCall(arg) ? arg.args : arg;
  const { path, message } = await complaint(schema, args);
  return refuse(tollgate, requireRun(tollgate, name), name, args, callId, message, path);
}

/** What the schema has against the arguments, by zod's word where it is zod's. */
async function complaint(
  schema: unknown,
  args: unknown,
): Promise<{ readonly path: readonly PropertyKey[]; readonly message: string }> {
  const parsed = isInteropZodSchema(schema) ? await interopSafeParseAsync(schema, args) : undefined;
  const issue = parsed?.success === false ? parsed.error.issues[0] : undefined;
  return issue ?? { path: [], message: 'what the tool’s schema says' };
}
