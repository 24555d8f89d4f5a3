import {
  type CanUseTool,
  type HookCallback,
  type Options,
  type SDKMessage,
  tool,
} from '@anthropic-ai/claude-agent-sdk';
import { gatedServer, governedQuery } from '@tollgate/instrumentation/claude-agent-sdk';
import {
  type Answer,
  type FakeProvider,
  type MessagesRequest,
  openFakeProvider,
  resultsIn,
} from '../../../packages/instrumentation/test/adapters/claude-agent-sdk/fake-provider.ts';
import { openSandbox } from '../../../packages/instrumentation/test/adapters/claude-agent-sdk/sandbox.ts';
import { type Driver, type Scene, Script, SUB_AGENT_TOOL, type Transcript, type Turn } from '../driver.ts';

const SERVER = 'house';
const SUB_AGENT_PROMPT = 'You are the sub-agent of the conformance suite.';
const DELEGATE = { description: 'go on', prompt: 'go on', subagent_type: 'worker', run_in_background: false };

/** `governedQuery` over the real Claude Code process, which speaks to a provider on loopback that says the turns. */
export const claudeAgentSdk: Driver = {
  name: 'claude-agent-sdk',
  title: 'Claude Agent SDK',
  packageName: '@anthropic-ai/claude-agent-sdk',
  models: { provider: 'anthropic', priced: 'claude-sonnet-4-5' },
  async drive(scene) {
    const provider = await openFakeProvider(scriptOf(scene));
    const sandbox = await openSandbox(provider.url);
    let text: string | undefined;
    let error: unknown;
    try {
      text = await read(scene, {
        ...optionsOf(scene),
        cwd: sandbox.directory,
        env: { ...sandbox.env, ...limitOf(scene) },
      });
    } catch (thrown) {
      error = thrown;
    }
    await provider.close();
    await sandbox.close();
    return { ...told(scene, provider), text, error };
  },
};

/** The main loop hands everything on to the sub-agent, where there is one. */
function scriptOf(scene: Scene): (request: MessagesRequest) => Answer {
  const script = new Script(scene.turns);
  const outer = new Script([
    { calls: [{ id: 'outer-1', tool: SUB_AGENT_TOOL, json: JSON.stringify(DELEGATE) }] },
    { text: 'done' },
  ]);
  return ({ system }) => {
    const inner = scene.subAgent !== true || JSON.stringify(system).includes(SUB_AGENT_PROMPT);
    return answerOf(inner ? script.next() : outer.next());
  };
}

function answerOf(turn: Turn): Answer {
  const {
    inputTokens = 0,
    outputTokens = 0,
    cacheReadTokens = 0,
    cacheCreationTokens = 0,
  } = turn.usage ?? {};
  const usage = turn.usage && {
    input_tokens: inputTokens - cacheReadTokens - cacheCreationTokens,
    output_tokens: outputTokens,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation_input_tokens: cacheCreationTokens,
  };
  if ('text' in turn)
    return { content: [{ type: 'text', text: turn.text }], usage, breaksOff: turn.breaksOff };
  const content = turn.calls.map(({ id, tool: name, json }) => ({
    type: 'tool_use' as const,
    id,
    name: name === SUB_AGENT_TOOL ? 'Agent' : `mcp__${SERVER}__${name}`,
    json,
  }));
  return { content, usage };
}

function optionsOf(scene: Scene): Options {
  const abortController = new AbortController();
  const abort = () => abortController.abort(scene.signal?.reason);
  if (scene.signal?.aborted === true) abort();
  scene.signal?.addEventListener('abort', abort, { once: true });
  return {
    abortController,
    model: scene.model.id,
    settingSources: [],
    tools: scene.subAgent === true ? ['Agent'] : [],
    mcpServers: { [SERVER]: serverOf(scene) },
    includePartialMessages: scene.stream,
    ...(scene.subAgent === true
      ? { agents: { worker: { description: 'goes on', prompt: SUB_AGENT_PROMPT } } }
      : {}),
    ...approvalOf(scene),
    ...hooksOf(scene),
  };
}

function serverOf({ tollgate, tools }: Scene) {
  const details = tools.map(({ name, reads, rollbackNote }) => [name, { reads, rollbackNote }]);
  return gatedServer(tollgate, {
    name: SERVER,
    alwaysLoad: true,
    details: Object.fromEntries(details),
    tools: tools.map(({ name, description, parameters, hints, execute }) =>
      tool(
        name,
        description,
        parameters.shape,
        async (args, extra) => {
          const result = await execute(args, signalIn(extra));
          return { content: [{ type: 'text', text: JSON.stringify(result) }] };
        },
        { annotations: { destructiveHint: hints?.destructive, readOnlyHint: hints?.readOnly } },
      ),
    ),
  });
}

function signalIn(extra: unknown): AbortSignal | undefined {
  const signal: unknown =
    typeof extra === 'object' && extra !== null ? Reflect.get(extra, 'signal') : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Every way in which the SDK is told that nobody needs to be asked. */
function approvalOf({ frameworkApproval, tools, hook }: Scene): Options {
  const canUseTool: CanUseTool = async (_, input) => {
    hook?.(input);
    return { behavior: 'allow', updatedInput: input };
  };
  if (frameworkApproval !== 'says-yes') return hook === undefined ? {} : { canUseTool };
  return {
    permissionMode: 'bypassPermissions',
    allowDangerouslySkipPermissions: true,
    allowedTools: tools.map(({ name }) => `mcp__${SERVER}__${name}`),
    canUseTool,
  };
}

/** The application's own hooks around a tool call, one of which says yes to whatever it has made of the arguments. */
function hooksOf({ hook }: Scene): Options {
  if (hook === undefined) return {};
  const before: HookCallback = async (input) => {
    if (input.hook_event_name !== 'PreToolUse') return {};
    hook(input.tool_input);
    const updatedInput = input.tool_input as Record<string, unknown>;
    return {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse' as const,
        permissionDecision: 'allow' as const,
        updatedInput,
      },
    };
  };
  const after: HookCallback = async (input) => {
    if ('tool_input' in input) hook(input.tool_input);
    return {};
  };
  return {
    hooks: {
      PreToolUse: [{ hooks: [before] }],
      PermissionRequest: [{ hooks: [after] }],
      PostToolUse: [{ hooks: [after] }],
      PostToolUseFailure: [{ hooks: [after] }],
    },
  };
}

function limitOf({ model }: Scene) {
  return model.maxOutputTokens === undefined
    ? {}
    : { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(model.maxOutputTokens) };
}

/** Reads what an application reads; of an answer that breaks off, it has enough after the first bit. */
async function read(scene: Scene, options: Options): Promise<string | undefined> {
  const breaksOff = scene.turns.some((turn) => 'text' in turn && turn.breaksOff === true);
  let text: string | undefined;
  const names = { Agent: SUB_AGENT_TOOL };
  for await (const message of governedQuery(scene.tollgate, { prompt: 'go on', options, names })) {
    if (breaksOff && isText(message)) break;
    if (message.type === 'result') text = message.subtype === 'success' ? message.result : undefined;
  }
  return text;
}

function isText(message: SDKMessage): boolean {
  return message.type === 'stream_event' && message.event.type === 'content_block_delta';
}

function told(scene: Scene, provider: FakeProvider): Pick<Transcript, 'results' | 'modelCalls'> {
  const results = resultsIn(provider.requests);
  const asked = scene.turns.flatMap((turn) => ('calls' in turn ? turn.calls : []));
  return {
    results: asked.flatMap(({ id, tool: name }) => {
      const text = results.get(id);
      return text === undefined ? [] : [{ id, tool: name, text }];
    }),
    modelCalls: provider.requests.length,
  };
}
