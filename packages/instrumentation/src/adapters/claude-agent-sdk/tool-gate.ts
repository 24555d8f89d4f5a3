import type {
  CanUseTool,
  McpServerProvenance,
  PermissionResult,
  PostToolBatchHookInput,
  PostToolUseFailureHookInput,
  PostToolUseHookInput,
  PreToolUseHookInput,
  SyncHookJSONOutput,
} from '@anthropic-ai/claude-agent-sdk';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { openTool, type ToolIdentity } from '../shared/open-tool.ts';
import type { ToolDetails } from './gated-server.ts';
import { type Permit, Permits, textOf } from './permits.ts';
import { isRecord, OBJECT, plainResult, problem, textOf as wordsOf } from './result.ts';

export interface ToolGateOptions {
  /** Keys of `mcpServers` whose handlers are behind the gate themselves. */
  readonly gatedServers: ReadonlySet<string>;
  readonly names: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, ToolDetails>>;
  readonly passThrough: readonly string[];
  /** The application's own callback: it may say no to what the gate has let through. */
  readonly canUseTool: CanUseTool | undefined;
}

/**
 * The gate before tools that Claude Code's process executes. PreToolUse opens the call, the permission callback lets
 * through what has a permit and nothing else, and the hooks after it say how it ended.
 */
export class ToolGate {
  private readonly permits = new Permits();
  private readonly judged = new Set<string>();
  private readonly tollgate: Tollgate;
  private readonly run: GovernedRun;
  private readonly signal: AbortSignal;
  private readonly options: ToolGateOptions;

  constructor(tollgate: Tollgate, run: GovernedRun, signal: AbortSignal, options: ToolGateOptions) {
    this.tollgate = tollgate;
    this.run = run;
    this.signal = signal;
    this.options = options;
  }

  /** The PreToolUse hook. What it throws is a no as well: `onFailure` is `block`. */
  async before(input: PreToolUseHookInput, signal: AbortSignal): Promise<SyncHookJSONOutput> {
    const { tool_name: name, tool_use_id: id, tool_input: args } = input;
    this.judged.add(id);
    if (this.standsElsewhere(name, input.mcp_server)) return asking();
    try {
      const permit = await this.open(name, id, args, signal);
      return asking(permit.args);
    } catch (error) {
      if (!(error instanceof ToolRefused)) throw error;
      return refusing(error.message);
    }
  }

  /**
   * The permission callback. PreToolUse answers `ask`, so it is asked about every call, in every permission mode and last of
   * all: whatever other hooks made of the arguments, those of the permit are executed.
   */
  readonly permit: CanUseTool = async (name, input, about) => {
    const { toolUseID: id, mcpServer } = about;
    if (this.standsElsewhere(name, mcpServer)) return this.application(name, input, about);
    const permit = this.permits.find(id, input, false);
    if (permit === undefined) return denying(await this.refuse(name, id, input, NO_PERMIT));
    permit.dispatched = true;
    const said = await this.application(name, permit.args, about);
    if (said.behavior === 'deny') return this.turnedDown(id, permit, said);
    const text = textOf(said.updatedInput ?? permit.args);
    return text === permit.text
      ? { behavior: 'allow', updatedInput: { ...permit.args } }
      : this.edited(name, id, permit, said.updatedInput, about.signal);
  };

  /** PostToolUse and PostToolUseFailure. */
  async after(input: PostToolUseHookInput | PostToolUseFailureHookInput): Promise<void> {
    const permit = this.permits.find(input.tool_use_id, input.tool_input, true);
    if (permit === undefined) return;
    this.permits.remove(input.tool_use_id, permit);
    if (input.hook_event_name === 'PostToolUse') await permit.open.done(plainResult(input.tool_response));
    // Interrupted is not undone: how far it got, nobody knows.
    else if (input.is_interrupt === true) await permit.open.lost();
    else await permit.open.failed(new Error(input.error));
  }

  /** All calls of a turn are over. What has not ended by now was not executed: a rule or another hook said no. */
  async afterAll({ tool_calls: calls }: PostToolBatchHookInput): Promise<void> {
    for (const { tool_use_id: id, tool_response: response } of calls)
      for (const permit of this.permits.takeAll(id)) await end(permit, wordsOf(response));
  }

  /** A call that Claude Code turned down before any hook: its tool is unknown, or its arguments are malformed. */
  async turnedDownEarlier(name: string, id: string, args: unknown, why: string): Promise<void> {
    this.judged.add(id);
    await this.refuse(this.ownName(name), id, args, why.slice(0, 500) || 'what the tool takes');
  }

  /** True where the gate has seen the call. */
  knows(id: string): boolean {
    return this.judged.has(id);
  }

  /** Nobody will say any more how the rest ended. */
  async close(): Promise<void> {
    for (const id of this.permits.ids())
      for (const permit of this.permits.takeAll(id))
        await (permit.dispatched ? permit.open.lost() : end(permit, 'the query ended before'));
  }

  private async open(name: string, id: string, args: unknown, signal: AbortSignal): Promise<Permit> {
    const tool = { ...this.identity(name), parameters: OBJECT };
    const call = { run: this.run, callId: id, signal: AbortSignal.any([this.signal, signal]) };
    const open = await openTool(this.tollgate, tool, args, call);
    return this.permits.add(id, open, isRecord(open.args) ? open.args : {});
  }

  /** Edited arguments are a new request. */
  private async edited(
    name: string,
    id: string,
    before: Permit,
    args: unknown,
    signal: AbortSignal,
  ): Promise<PermissionResult> {
    this.permits.remove(id, before);
    await before.open.failed(new Error('it was not executed: the application changed its arguments'));
    try {
      const permit = await this.open(name, id, args, signal);
      permit.dispatched = true;
      return { behavior: 'allow', updatedInput: { ...permit.args } };
    } catch (error) {
      if (!(error instanceof ToolRefused)) throw error;
      return denying(error);
    }
  }

  private async turnedDown(
    id: string,
    permit: Permit,
    said: PermissionResult & { readonly behavior: 'deny' },
  ): Promise<PermissionResult> {
    this.permits.remove(id, permit);
    await permit.open.failed(new Error(`it was not executed: ${said.message}`));
    return said;
  }

  /** What the application's own callback says; one that throws says no. */
  private async application(...[name, input, about]: Parameters<CanUseTool>): Promise<PermissionResult> {
    if (this.options.canUseTool === undefined) return { behavior: 'allow', updatedInput: input };
    try {
      const said = await this.options.canUseTool(name, structuredClone(input), about);
      return said?.behavior === 'allow'
        ? { ...said, updatedInput: said.updatedInput ?? input }
        : (said ?? { behavior: 'deny', message: 'The application gave no answer.' });
    } catch (error) {
      const message =
        error instanceof Error ? error.message : 'The application’s permission callback failed.';
      return { behavior: 'deny', message };
    }
  }

  /** Puts a call on record that nothing is executed for, whatever policy says of its tool. */
  private async refuse(name: string, id: string, args: unknown, why: string): Promise<ToolRefused> {
    const tool = { ...this.identity(name), parameters: { safeParse: () => problem(why) } };
    try {
      await (await openTool(this.tollgate, tool, args, { run: this.run, callId: id })).lost();
    } catch (error) {
      if (error instanceof ToolRefused) return error;
      throw error;
    }
    throw new Error(`${name} was let through although it has no permit`);
  }

  private identity(name: string): ToolIdentity {
    const { names, details } = this.options;
    const known = Object.hasOwn(details, name) ? details[name] : undefined;
    return { ...known, name: Object.hasOwn(names, name) ? (names[name] as string) : name };
  }

  private ownName(name: string): string {
    const [, server = '', ...tool] = name.split('__');
    return name.startsWith('mcp__') && this.options.gatedServers.has(server) ? tool.join('__') : name;
  }

  private standsElsewhere(name: string, server: McpServerProvenance | undefined): boolean {
    if (this.options.passThrough.includes(name)) return true;
    return server?.source === 'sdk' && this.options.gatedServers.has(server.name);
  }
}

const NO_PERMIT = 'a call that came through the gate';

function asking(updatedInput?: Readonly<Record<string, unknown>>): SyncHookJSONOutput {
  const changed = updatedInput === undefined ? {} : { updatedInput: { ...updatedInput } };
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'ask', ...changed } };
}

function refusing(permissionDecisionReason: string): SyncHookJSONOutput {
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason,
    },
  };
}

function denying({ message }: ToolRefused): PermissionResult {
  return { behavior: 'deny', message };
}

async function end({ open, dispatched }: Permit, words: string): Promise<void> {
  if (dispatched) await open.failed(new Error(words || 'it failed'));
  else await open.failed(new Error(`it was not executed: ${words || 'Claude Code did not say why'}`));
}
