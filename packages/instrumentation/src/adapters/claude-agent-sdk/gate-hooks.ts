import type { HookInput, HookJSONOutput } from '@anthropic-ai/claude-agent-sdk';
import { MAIN, type ModelCalls } from './model-calls.ts';
import type { Hooks } from './options.ts';
import type { ToolGate } from './tool-gate.ts';
import { subAgentTranscript } from './transcript.ts';

/** The hooks in which Claude Code waits for the gate: before and after each tool call, and before each turn of a model. */
export function gateHooks(tools: ToolGate, models: ModelCalls, maxTurns: number | undefined): Hooks {
  const ended = async (input: HookInput) => {
    const { hook_event_name: event } = input;
    if (event === 'PostToolUse' || event === 'PostToolUseFailure') await tools.after(input);
    return {};
  };
  return {
    PreToolUse: async (input, signal) =>
      input.hook_event_name === 'PreToolUse' ? tools.before(input, signal) : {},
    PostToolUse: ended,
    PostToolUseFailure: ended,
    UserPromptSubmit: async (input) =>
      input.hook_event_name === 'UserPromptSubmit' ? admit(models, input, input.prompt) : {},
    // The model reads the results next, where it may.
    PostToolBatch: async (input) => {
      if (input.hook_event_name !== 'PostToolBatch') return {};
      await tools.afterAll(input);
      if (input.agent_id === undefined && maxTurns !== undefined && models.turns >= maxTurns) return {};
      return admit(models, input, input.tool_calls);
    },
    // This hook cannot hold a sub-agent back, so the whole query ends.
    SubagentStart: async (input) => {
      await admit(models, input, undefined);
      models.stopIfRefused();
      return {};
    },
    SubagentStop: async (input) => {
      if (input.hook_event_name === 'SubagentStop') models.transcript(input.agent_transcript_path);
      return {};
    },
  };
}

async function admit(models: ModelCalls, input: HookInput, content: unknown): Promise<HookJSONOutput> {
  const { agent_id: agent = MAIN, agent_type: type, transcript_path: transcript } = input;
  models.transcript(agent === MAIN ? transcript : subAgentTranscript(transcript, agent));
  const admitted = await models.admit(agent, content, agent === MAIN ? undefined : type);
  return admitted ? {} : { continue: false, stopReason: models.refusal?.message ?? 'refused' };
}
