import { setImmediate as untilIdle } from 'node:timers/promises';
import type {
  SDKAssistantMessage,
  SDKMessage,
  SDKPartialAssistantMessage,
} from '@anthropic-ai/claude-agent-sdk';
import type { ModelCall } from '../../face.ts';
import { openModelCall } from '../../model/meter.ts';
import { ModelRefused } from '../../refused.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import type { OpenCall } from '../shared/open-model.ts';
import { recordRemainder, type SessionUsage } from './remainder.ts';
import { ModelResponse } from './response.ts';
import { textOf } from './result.ts';
import { finalUsage } from './transcript.ts';
import { merged } from './usage.ts';

/** Nobody's sub-agent: the main loop. */
export const MAIN = '';

/** How long a transcript may lag behind the message stream. */
const TRANSCRIPT_MS = 2000;
const POLL_MS = 50;

export interface ModelCallsOptions {
  readonly provider: string;
  readonly model: string;
  /** That each request asks for. */
  readonly serviceTier: string | undefined;
  /** Full model names of sub-agents by their type, where the application gave them. */
  readonly agentModels: ReadonlyMap<string, string>;
  /** Ends the query: a call is under way that the budget does not allow. */
  readonly stop: (refusal: ModelRefused) => void;
}

/**
 * The model calls inside Claude Code's process: admitted by hooks before each turn, settled from the message stream, once
 * for each response however many messages show it. Claude Code waits for the hooks, so the budget is asked in time.
 */
export class ModelCalls {
  /** The first refusal: the query ends with it. */
  refusal: ModelRefused | undefined;
  /** Responses of the main loop so far. */
  turns = 0;
  private readonly admitted = new Map<string, OpenCall>();
  private readonly asking = new Map<string, Promise<boolean>>();
  private readonly open = new Map<string, ModelResponse>();
  private readonly ended = new Map<string, ModelResponse>();
  private readonly transcripts = new Set<string>();
  private readonly run: GovernedRun;
  private readonly options: ModelCallsOptions;
  private session: SessionUsage | undefined;
  private current: ModelResponse | undefined;

  constructor(run: GovernedRun, options: ModelCallsOptions) {
    this.run = run;
    this.options = options;
  }

  /** Asks for the next call of an agent, once, however many hooks ask meanwhile. False: it may not be made, on record. */
  admit(agent: string, input: unknown, agentType?: string): Promise<boolean> {
    const asked = this.asking.get(agent);
    if (asked !== undefined) return asked;
    const asking = this.ask(agent, input, agentType).finally(() => this.asking.delete(agent));
    this.asking.set(agent, asking);
    return asking;
  }

  private async ask(agent: string, input: unknown, agentType?: string): Promise<boolean> {
    // What the message stream has shown by now is settled first.
    await untilIdle();
    await this.readTranscripts();
    if (this.refusal !== undefined) return false;
    if (this.admitted.has(agent)) return true;
    try {
      this.admitted.set(agent, await openModelCall(this.run, this.about(input, agentType)));
      return true;
    } catch (error) {
      if (!(error instanceof ModelRefused)) throw error;
      this.refusal ??= error;
      return false;
    }
  }

  stopIfRefused(): void {
    if (this.refusal !== undefined) this.options.stop(this.refusal);
  }

  /** A sub-agent's transcript; it is read when something is to be settled. */
  transcript(path: string): void {
    this.transcripts.add(path);
  }

  note(message: SDKMessage): void {
    if (message.type === 'stream_event') this.notePart(message);
    if (message.type === 'assistant') this.noteMessage(message);
    if (message.type === 'result') this.session = message.modelUsage;
  }

  /** Settles what is left. `whole` says that Claude Code reported the end of the query itself. */
  async close(whole: boolean, counts: boolean): Promise<void> {
    await this.awaitTranscripts();
    const brokenOff = new DOMException('the query ended before', 'AbortError');
    // Claude Code stopped before it made the call.
    for (const [, call] of this.admitted)
      if (whole) call.unused();
      else await call.failed(brokenOff);
    this.admitted.clear();
    for (const response of this.open.values())
      this.end(response, whole && response !== this.current ? undefined : brokenOff);
    await Promise.all([...this.ended.values()].map(({ settled }) => settled));
    if (counts && this.session !== undefined)
      await recordRemainder(this.run, this.options, this.session, [...this.ended.values()]);
  }

  private about(input: unknown, agentType: string | undefined): ModelCall {
    const { provider, model, agentModels, serviceTier } = this.options;
    return { provider, model: agentModels.get(agentType ?? MAIN) ?? model, serviceTier, input };
  }

  /** Parts are of the main loop: of sub-agents there are none. */
  private notePart({ event, parent_tool_use_id: parent }: SDKPartialAssistantMessage): void {
    if (event.type === 'message_start') {
      if (this.current !== undefined) this.end(this.current, new Error('the stream ended without its usage'));
      this.current = this.begin(parent ?? MAIN, event.message.id, event.message.model);
      this.current.usage = merged(this.current.usage, event.message.usage);
    }
    if (event.type === 'message_delta' && this.current !== undefined) {
      this.current.usage = merged(this.current.usage, event.usage);
      this.current.final = true;
    }
    if (event.type === 'message_stop' && this.current !== undefined) this.end(this.current);
  }

  private noteMessage({ message, agent_id, parent_tool_use_id, error }: SDKAssistantMessage): void {
    const agent = agent_id ?? parent_tool_use_id ?? MAIN;
    if (message.model === '<synthetic>') {
      if (error !== undefined) this.fail(agent, new Error(textOf(message.content) || error));
      return;
    }
    if (this.ended.has(message.id)) return;
    const response = this.open.get(message.id) ?? this.begin(agent, message.id, message.model);
    response.content.push(...message.content);
    if (response === this.current) return;
    response.usage = merged(response.usage, message.usage);
    if (message.stop_reason === null) return;
    response.final = true;
    this.end(response);
  }

  private begin(agent: string, id: string, model: string): ModelResponse {
    const admitted = this.admitted.get(agent);
    this.admitted.delete(agent);
    if (agent === MAIN) this.turns += 1;
    const about = this.about(undefined, undefined);
    const call = admitted === undefined ? this.late(about) : Promise.resolve(admitted);
    const response = new ModelResponse(this.run, id, model, about, call);
    this.open.set(id, response);
    return response;
  }

  /** A call that no hook announced is under way: where it is too much, the query ends here. */
  private async late(about: ModelCall): Promise<OpenCall | undefined> {
    try {
      return await openModelCall(this.run, about);
    } catch (error) {
      if (!(error instanceof ModelRefused)) throw error;
      this.refusal ??= error;
      this.options.stop(error);
      return undefined;
    }
  }

  private end(response: ModelResponse, error?: unknown): void {
    this.open.delete(response.id);
    if (this.current === response) this.current = undefined;
    this.ended.set(response.id, response);
    response.end(error);
  }

  private fail(agent: string, error: Error): void {
    if (agent === MAIN && this.current !== undefined) this.end(this.current, error);
    const admitted = this.admitted.get(agent);
    this.admitted.delete(agent);
    if (admitted !== undefined) void this.run.track(admitted.failed(error));
  }

  private async readTranscripts(): Promise<void> {
    for (const path of this.waiting() ? this.transcripts : [])
      for (const [id, usage] of await finalUsage(path)) {
        const response = this.open.get(id);
        if (response === undefined || response === this.current) continue;
        response.usage = merged(response.usage, usage);
        response.final = true;
        this.end(response);
      }
  }

  private async awaitTranscripts(): Promise<void> {
    const until = Date.now() + TRANSCRIPT_MS;
    await this.readTranscripts();
    while (this.waiting() && this.transcripts.size > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      await this.readTranscripts();
    }
  }

  /** Whether a response waits for its transcript. */
  private waiting(): boolean {
    return [...this.open.values()].some((response) => response !== this.current);
  }
}
