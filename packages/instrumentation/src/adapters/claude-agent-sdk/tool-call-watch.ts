import type { SDKMessage } from '@anthropic-ai/claude-agent-sdk';
import { isRecord, textOf } from './result.ts';
import type { ToolGate } from './tool-gate.ts';

interface Asked {
  readonly name: string;
  readonly input: unknown;
}

/** Looks at what the message stream says of tool calls, for what never came to the gate. */
export class ToolCallWatch {
  private readonly asked = new Map<string, Asked>();
  private readonly gate: ToolGate;
  private readonly work: (work: Promise<void>) => void;
  private readonly breached: (tool: string) => void;

  constructor(gate: ToolGate, work: (work: Promise<void>) => void, breached: (tool: string) => void) {
    this.gate = gate;
    this.work = work;
    this.breached = breached;
  }

  note(message: SDKMessage): void {
    if (message.type !== 'assistant' && message.type !== 'user') return;
    const { content } = message.message;
    for (const block of Array.isArray(content) ? (content as unknown[]) : [])
      if (isRecord(block)) this.block(block);
  }

  private block(block: Readonly<Record<string, unknown>>): void {
    const { type, id, name, input, tool_use_id: answered } = block;
    if (type === 'tool_use' && typeof id === 'string') this.asked.set(id, { name: String(name), input });
    if (type !== 'tool_result' || typeof answered !== 'string') return;
    const call = this.asked.get(answered);
    this.asked.delete(answered);
    if (call === undefined || this.gate.knows(answered)) return;
    if (block['is_error'] !== true) this.breached(call.name);
    else this.work(this.gate.turnedDownEarlier(call.name, answered, call.input, textOf(block['content'])));
  }
}
