import type { AsyncLocalStorage } from 'node:async_hooks';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Tollgate } from '../../face.ts';
import type { OpenToolCall } from '../shared/open-tool.ts';
import { requireRun } from '../shared/require-run.ts';
import { callTool } from './call-tool.ts';
import { identityOf, type ToolOptions } from './details.ts';
import { hintsIn, raised } from './hints.ts';
import { replaceMethod, unknownSdk } from './intercept.ts';
import { isRecord, settle } from './result.ts';
import type { RequestExtra } from './serve.ts';

/** One incoming call: by which name, and whether it has met the gate. */
export interface Incoming {
  readonly name: string;
  judged: boolean;
}

type Callback = (...given: unknown[]) => unknown;

/** The tools that are registered with an McpServer, each callback behind the gate. */
export interface RegisteredTools {
  /** True where calls go to registered callbacks, and nowhere else. */
  answer(): boolean;
  /** Gates the tool of this name, however it came to be registered. */
  guard(name: string): void;
  /** To be told before a request handler is set: the application may put one of its own in front of the registered tools. */
  handlerSet(): void;
}

export function gateRegisteredTools(
  tollgate: Tollgate,
  server: McpServer,
  options: ToolOptions,
  incoming: AsyncLocalStorage<Incoming>,
): RegisteredTools {
  const registered: unknown = Reflect.get(server, '_registeredTools');
  if (!isRecord(registered)) throw unknownSdk('_registeredTools');
  const guarded = new WeakSet<object>();
  const nameOf = (tool: object) => Object.keys(registered).find((name) => registered[name] === tool);
  const guard = (tool: unknown) => {
    if (typeof tool !== 'object' || tool === null || guarded.has(tool)) return;
    guarded.add(tool);
    // Once now, so that a strict start refuses an unlisted tool before anything runs.
    tollgate.tool({ name: identityOf(nameOf(tool) ?? '(none)', options).name, execute: () => {} });
    const wrap =
      (given: Callback, begin: boolean) =>
      (...args: unknown[]) =>
        gated(tollgate, tool, options, {
          given,
          begin,
          args,
          incoming: incoming.getStore(),
          name: nameOf(tool),
        });
    guardHandler(tool, wrap);
  };
  for (const tool of Object.values(registered)) guard(tool);
  for (const method of ['registerTool', 'tool'])
    replaceMethod(server, method, (register) => (...args) => {
      const tool = register(...args);
      guard(tool);
      return tool;
    });
  let replaced = false;
  return {
    answer: () => !replaced,
    guard: (name) => guard(Object.hasOwn(registered, name) ? registered[name] : undefined),
    handlerSet() {
      if (Reflect.get(server, '_toolHandlersInitialized') === true) replaced = true;
    },
  };
}

/** The handler as a property that gates whatever is put into it, by `update({ callback })` as well. */
function guardHandler(tool: object, wrap: (given: Callback, begin: boolean) => Callback): void {
  const behind = (handler: unknown): unknown => {
    if (typeof handler === 'function') return wrap((...args) => Reflect.apply(handler, tool, args), false);
    const create: unknown = isRecord(handler) ? handler['createTask'] : undefined;
    if (typeof create !== 'function') throw unknownSdk('handler');
    const createTask = wrap((...args) => Reflect.apply(create, handler, args), true);
    return Object.create(handler as object, { createTask: { value: createTask, enumerable: true } });
  };
  let handler = behind(Reflect.get(tool, 'handler'));
  Object.defineProperty(tool, 'handler', {
    configurable: false,
    enumerable: true,
    get: () => handler,
    set: (next: unknown) => {
      handler = behind(next);
    },
  });
}

interface CallbackCall {
  readonly given: Callback;
  /** The callback only begins a task. */
  readonly begin: boolean;
  readonly args: readonly unknown[];
  readonly incoming: Incoming | undefined;
  readonly name: string | undefined;
}

/** One call of a registered callback. Its arguments have been through the tool's schema: what is decided on is what it receives. */
function gated(tollgate: Tollgate, tool: object, options: ToolOptions, call: CallbackCall): Promise<unknown> {
  const { given, begin, args, incoming, name = '(none)' } = call;
  const takesArguments = Reflect.get(tool, 'inputSchema') !== undefined;
  const extra = (takesArguments ? args[1] : args[0]) as RequestExtra;
  if (incoming !== undefined) incoming.judged = true;
  const mcpName = incoming?.name ?? name;
  const identity = identityOf(mcpName, options);
  const hints = raised(identity.hints, hintsIn(Reflect.get(tool, 'annotations')));
  return callTool(tollgate, requireRun(tollgate, mcpName), {
    tool: { ...identity, hints },
    args: takesArguments ? args[0] : {},
    callId: extra?.requestId === undefined ? undefined : String(extra.requestId),
    signal: extra?.signal,
    execute: (open) => {
      const seen = { ...extra, signal: open.signal, ...(begin ? watched(extra, open) : {}) };
      return takesArguments ? given(open.args, seen) : given(seen);
    },
    begun: () => begin,
  });
}

/** A task's result is seen where its tool stores it; a call whose run is over by then is `unknown`. */
function watched(extra: object, open: OpenToolCall): object {
  const store: unknown = Reflect.get(extra, 'taskStore');
  if (!isRecord(store) || typeof store['storeTaskResult'] !== 'function') return {};
  const storeTaskResult = store['storeTaskResult'];
  return {
    taskStore: {
      ...store,
      async storeTaskResult(taskId: unknown, status: unknown, result: unknown) {
        await settle(
          open,
          status === 'failed' ? { ...(isRecord(result) ? result : {}), isError: true } : result,
        );
        return Reflect.apply(storeTaskResult, store, [taskId, status, result]);
      },
    },
  };
}
