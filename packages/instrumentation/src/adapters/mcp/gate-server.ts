import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Tollgate } from '../../face.ts';
import { openTool } from '../shared/open-tool.ts';
import { requireRun } from '../shared/require-run.ts';
import { callTool } from './call-tool.ts';
import { identityOf, type ToolOptions } from './details.ts';
import { gateOnce, type Handler, interceptRequest, replaceMethod } from './intercept.ts';
import { gateRegisteredTools, type Incoming, type RegisteredTools } from './registered-tools.ts';
import { isErrorResult, isRecord, OBJECT_ARGUMENTS, textOf } from './result.ts';
import { type Sampling, sample } from './sampling.ts';
import { inRun, type RequestExtra, type RunFor } from './serve.ts';

export interface GateServerOptions extends ToolOptions {
  /** The run of a call that comes in while none is active. Without it such calls are refused. */
  readonly run?: RunFor | undefined;
  /** How sampling is metered that this server asks its client for. */
  readonly sampling?: Sampling | undefined;
}

/**
 * The same server, its tools behind the gate: those that are registered, those that will be, and every callback that
 * replaces one. A low-level Server is gated at its `tools/call` handler.
 * @throws TollgateError where the server is behind a gate already
 */
export function gateServer<S extends McpServer | Server>(
  tollgate: Tollgate,
  server: S,
  options: GateServerOptions = {},
): S {
  const endpoint = 'registerTool' in server ? server.server : server;
  gateOnce(endpoint);
  const incoming = new AsyncLocalStorage<Incoming>();
  const tools =
    'registerTool' in server ? gateRegisteredTools(tollgate, server, options, incoming) : undefined;
  const call = tools === undefined ? undefined : callRegistered(tollgate, options, tools, incoming);
  interceptRequest(
    endpoint,
    'tools/call',
    (request, extra, next) => {
      const name = nameIn(request);
      const answer = call !== undefined && tools?.answer() === true ? call : callHandler(tollgate, options);
      return inRun(tollgate, options.run, extra as RequestExtra, () =>
        answer(name, request, extra as RequestExtra, next),
      );
    },
    () => tools?.handlerSet(),
  );
  replaceMethod(endpoint, 'request', (request) => async (...args: unknown[]) => {
    const { method, params } = isRecord(args[0]) ? args[0] : {};
    if (method !== 'sampling/createMessage') return request(...args);
    return sample(tollgate, params, options.sampling ?? {}, () => request(...args));
  });
  return server;
}

type Answer = (name: string, request: unknown, extra: RequestExtra, next: Handler) => Promise<unknown>;

/** The handler calls a registered callback, which is gated. Where it turns the call down before that, this too is on record. */
function callRegistered(
  tollgate: Tollgate,
  options: GateServerOptions,
  tools: RegisteredTools,
  incoming: AsyncLocalStorage<Incoming>,
): Answer {
  return async (name, request, extra, next) => {
    tools.guard(name);
    const call: Incoming = { name, judged: false };
    const turnedDown = async (why: string) => {
      if (call.judged) return;
      const run = requireRun(tollgate, name);
      const tool = { ...identityOf(name, options), parameters: never(why) };
      await openTool(tollgate, tool, argumentsIn(request), { run, callId: String(extra.requestId) });
    };
    let result: unknown;
    try {
      result = await incoming.run(call, async () => next(request, extra));
    } catch (error) {
      await turnedDown(error instanceof Error ? error.message : 'the server turned the call down');
      throw error;
    }
    if (isErrorResult(result)) await turnedDown(textOf(result));
    return result;
  };
}

/** A handler of the application's own: the gate stands right in front of it. */
function callHandler(tollgate: Tollgate, options: GateServerOptions): Answer {
  return (name, request, extra, next) =>
    callTool(tollgate, requireRun(tollgate, name), {
      tool: { ...identityOf(name, options), parameters: OBJECT_ARGUMENTS },
      args: argumentsIn(request),
      callId: String(extra.requestId),
      signal: extra.signal,
      execute: ({ args, signal }) => {
        const { params, ...rest } = isRecord(request) ? request : {};
        return next(
          { ...rest, params: { ...(isRecord(params) ? params : {}), name, arguments: args } },
          { ...extra, signal },
        );
      },
    });
}

function never(why: string) {
  return {
    safeParse: () => ({ success: false as const, error: { issues: [{ path: [], message: why }] } }),
  };
}

function nameIn(request: unknown): string {
  const params = isRecord(request) ? request['params'] : undefined;
  return isRecord(params) && typeof params['name'] === 'string' ? params['name'] : '(none)';
}

function argumentsIn(request: unknown): unknown {
  const params = isRecord(request) ? request['params'] : undefined;
  return isRecord(params) ? params['arguments'] : undefined;
}
