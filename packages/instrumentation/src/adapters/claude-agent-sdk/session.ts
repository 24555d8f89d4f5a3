import type { Options, Query, query, SDKMessage } from '@anthropic-ai/claude-agent-sdk';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { gateHooks } from './gate-hooks.ts';
import { serve } from './gated-server.ts';
import type { GovernedQuery } from './governed-query.ts';
import { MAIN, ModelCalls } from './model-calls.ts';
import { askedTier, providerOf, requireGateable, withHooks, withHooksOn, withPatience } from './options.ts';
import { type ReadAhead, readAhead } from './read-ahead.ts';
import { ToolCallWatch } from './tool-call-watch.ts';
import { ToolGate } from './tool-gate.ts';

/** One query of the SDK, from its options to the last of its evidence. */
export class Session {
  private readonly controller = new AbortController();
  private readonly run: GovernedRun;
  private readonly governed: GovernedQuery;
  private readonly options: Options;
  private readonly spawn: typeof query;
  private readonly tools: ToolGate;
  private readonly models: ModelCalls;
  private readonly watch: ToolCallWatch;
  private inner: Query | undefined;
  private reading: ReadAhead<SDKMessage> | undefined;
  private finished = false;
  /** A hook of ours was asked. */
  private heard = false;
  private breach: TollgateError | undefined;

  constructor(tollgate: Tollgate, run: GovernedRun, governed: GovernedQuery, spawn: typeof query) {
    const { options = {}, names = {}, details = {}, passThrough = [] } = governed;
    requireGateable(options);
    this.run = run;
    this.governed = governed;
    this.options = options;
    this.spawn = spawn;
    const gatedServers = this.serveAll();
    const { canUseTool } = options;
    const gate = { gatedServers, names, details, passThrough, canUseTool };
    this.tools = new ToolGate(tollgate, run, this.controller.signal, gate);
    this.models = new ModelCalls(run, {
      provider: providerOf(options),
      model: options.model ?? 'default',
      serviceTier: askedTier(options),
      agentModels: agentModels(options),
      stop: (refusal) => this.abort(refusal),
    });
    this.watch = new ToolCallWatch(
      this.tools,
      (work) => this.inBackground(work),
      (name) => this.breached(`Claude Code executed "${name}" and did not ask the gate`),
    );
    for (const signal of [run.signal, options.abortController?.signal]) this.follow(signal);
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  /** Starts Claude Code, once. */
  start(): Query {
    if (this.inner !== undefined) return this.inner;
    const inner = this.spawn({ prompt: this.governed.prompt, options: this.governedOptions() });
    this.inner = inner;
    this.reading = readAhead(
      inner,
      (message) => this.note(message),
      () => this.over(),
    );
    void this.run.track(this.reading.done);
    return inner;
  }

  /** What the application reads: nothing after a refusal, and the refusal instead. */
  async *messages(): AsyncGenerator<SDKMessage, void, undefined> {
    const { prompt } = this.governed;
    try {
      if (this.inner === undefined)
        await this.models.admit(MAIN, typeof prompt === 'string' ? prompt : undefined);
      this.throwIfStopped();
      this.start();
      for (;;) {
        const message = await this.reading?.next();
        this.throwIfStopped();
        if (message === undefined) return;
        if (this.wanted(message)) yield message;
      }
    } catch (error) {
      this.throwIfStopped();
      throw error;
    } finally {
      this.abort(new DOMException('the reader turned away', 'AbortError'));
      await this.reading?.done;
    }
  }

  private inBackground(work: Promise<void>): void {
    this.run.track(work).catch((error: unknown) => {
      this.run.process.problem(`a refused tool call could not be recorded: ${String(error)}`);
    });
  }

  /** Not what only the meter asked for. */
  private wanted(message: SDKMessage): boolean {
    const { includePartialMessages, forwardSubagentText } = this.options;
    if (message.type === 'stream_event') return includePartialMessages === true;
    return forwardSubagentText === true || !isSubAgentText(message);
  }

  private throwIfStopped(): void {
    if (this.breach !== undefined) throw this.breach;
    if (this.models.refusal !== undefined) throw this.models.refusal;
  }

  private note(message: SDKMessage): void {
    this.models.note(message);
    this.watch.note(message);
    if (message.type === 'result') this.finished = true;
    // Claude Code asks a hook about each prompt before it asks a model.
    if (!this.heard && isAskingModel(message))
      this.breached('Claude Code is about to ask a model, and asked none of the hooks that are the gate');
  }

  private async over(): Promise<void> {
    await this.tools.close();
    const resumed = this.options.resume !== undefined || this.options.continue === true;
    await this.models.close(this.finished, !resumed);
  }

  /** Something goes on that no gate sees. */
  private breached(what: string): void {
    this.breach ??= new TollgateError('invalid_request', `${what}; the query was ended.`);
    this.abort(this.breach);
    this.inner?.close();
  }

  private follow(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) this.abort(signal.reason);
    signal?.addEventListener('abort', () => this.abort(signal.reason), {
      once: true,
      signal: this.controller.signal,
    });
  }

  private serveAll(): ReadonlySet<string> {
    const serving = { run: this.run, signal: this.controller.signal };
    const servers = Object.entries(this.options.mcpServers ?? {});
    return new Set(
      servers.flatMap(([name, server]) =>
        server.type === 'sdk' && serve(server.instance, serving) ? [name] : [],
      ),
    );
  }

  private governedOptions(): Options {
    const servers = withPatience(this.options.mcpServers, this.serveAll());
    return {
      ...this.options,
      ...(servers === undefined ? {} : { mcpServers: servers }),
      abortController: this.controller,
      includePartialMessages: true,
      forwardSubagentText: true,
      permissionPrompts: 'host',
      settings: withHooksOn(this.options.settings),
      canUseTool: this.tools.permit,
      hooks: withHooks(this.options.hooks, gateHooks(this.tools, this.models, this.options.maxTurns), () => {
        this.heard = true;
      }),
    };
  }
}

function isAskingModel(message: SDKMessage): boolean {
  if (message.type === 'system') return message.subtype === 'status' && message.status === 'requesting';
  return message.type === 'stream_event';
}

function isSubAgentText(message: SDKMessage): boolean {
  if (message.type !== 'assistant' && message.type !== 'user') return false;
  if (message.parent_tool_use_id === null) return false;
  const { content } = message.message;
  return (
    typeof content === 'string' || !content.some(({ type }) => type === 'tool_use' || type === 'tool_result')
  );
}

/** Full names only: what an alias stands for is Claude Code's to know. */
function agentModels({ agents = {} }: Options): ReadonlyMap<string, string> {
  const named = Object.entries(agents).flatMap(([type, { model }]) =>
    model?.includes('-') === true ? [[type, model] as const] : [],
  );
  return new Map(named);
}
