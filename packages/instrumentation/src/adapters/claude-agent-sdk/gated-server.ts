import { createSdkMcpServer, type McpSdkServerConfigWithInstance } from '@anthropic-ai/claude-agent-sdk';
import type { ToolHints } from '@tollgate/contract';
import type { Tollgate, ToolDefinition } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { openTool, type ToolIdentity } from '../shared/open-tool.ts';
import { requireRun } from '../shared/require-run.ts';
import { isRecord, McpToolError, OBJECT, plainResult, textOf } from './result.ts';

type ServerOptions = Parameters<typeof createSdkMcpServer>[0];
type Definition = NonNullable<ServerOptions['tools']>[number];

/** What the gate should know of a tool besides what the SDK knows. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export type GatedServerOptions = ServerOptions & {
  /** By the tool's own name. */
  readonly details?: Readonly<Record<string, ToolDetails>> | undefined;
};

/** The query that a server serves at the moment. */
export interface Serving {
  readonly run: GovernedRun;
  readonly signal: AbortSignal;
}

/** Servers whose handlers are behind the gate themselves, so that no hook has to stand there for them. */
const gated = new WeakMap<object, { serving: Serving | undefined }>();

/**
 * `createSdkMcpServer` with each handler behind the gate, under the tool's own name: whoever calls it, from whichever query.
 * The SDK's annotations of a tool may raise its class. One server serves one query at a time, as the SDK has it.
 */
export function gatedServer(tollgate: Tollgate, options: GatedServerOptions): McpSdkServerConfigWithInstance {
  const { details, tools, ...rest } = options;
  const state: { serving: Serving | undefined } = { serving: undefined };
  const server = createSdkMcpServer({
    ...rest,
    tools: (tools ?? []).map((tool) => gateOne(tollgate, tool, details?.[tool.name], () => state.serving)),
  });
  gated.set(server.instance, state);
  return server;
}

/** Says whom the server serves from now on. False where its handlers are not behind a gate of their own. */
export function serve(instance: object, serving: Serving): boolean {
  const state = gated.get(instance);
  if (state !== undefined) state.serving = serving;
  return state !== undefined;
}

function gateOne(
  tollgate: Tollgate,
  definition: Definition,
  details: ToolDetails | undefined,
  serving: () => Serving | undefined,
): Definition {
  const { name } = definition;
  const identity = { ...details, name, parameters: OBJECT, hints: hintsOf(definition, details?.hints) };
  // Now, so that a strict start refuses an unlisted tool before anything runs.
  tollgate.tool({ name, execute: () => undefined });
  return {
    ...definition,
    handler: (args: unknown, extra: unknown) => {
      const now = serving();
      const run = now?.run ?? requireRun(tollgate, name);
      return run.track(callOne(tollgate, { definition, identity, run, signal: now?.signal }, args, extra));
    },
  };
}

interface HandlerCall {
  readonly definition: Definition;
  readonly identity: ToolIdentity;
  readonly run: GovernedRun;
  readonly signal: AbortSignal | undefined;
}

async function callOne(tollgate: Tollgate, call: HandlerCall, args: unknown, extra: unknown) {
  const { definition, identity, run } = call;
  const about = isRecord(extra) ? extra : {};
  const signals = [call.signal, about['signal']].filter((signal) => signal instanceof AbortSignal);
  const open = await openTool(tollgate, identity, args, {
    run,
    callId: callIdOf(about['_meta']),
    signal: AbortSignal.any(signals),
  });
  let result: Awaited<ReturnType<Definition['handler']>>;
  try {
    result = await definition.handler(isRecord(open.args) ? open.args : {}, {
      ...about,
      signal: open.signal,
    });
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  if (result.isError === true) await open.failed(new McpToolError(textOf(result) || 'the tool failed'));
  else await open.done(plainResult(result));
  return result;
}

function callIdOf(meta: unknown): string | undefined {
  const id = isRecord(meta) ? meta['claudecode/toolUseId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** MCP's annotations and the application's word; of the two the stricter. */
function hintsOf({ annotations }: Definition, own: ToolHints = {}): ToolHints {
  const { destructiveHint, openWorldHint, readOnlyHint } = annotations ?? {};
  return {
    destructive: own.destructive === true || destructiveHint === true,
    openWorld: own.openWorld === true || openWorldHint === true,
    readOnly: own.readOnly === false || readOnlyHint === false ? false : (own.readOnly ?? readOnlyHint),
  };
}
