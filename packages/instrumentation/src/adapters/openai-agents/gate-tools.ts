import { getClientToolSearchExecutor, type Tool } from '@openai/agents';
import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { type FunctionTool, gateInvoke, type ToolDetails } from './gate-invoke.ts';

export interface GateToolsOptions {
  /** By the tool's name. */
  readonly details?: Readonly<Record<string, ToolDetails>> | undefined;
  /** Names of hosted tools (web search, code interpreter …) that are let through: the provider executes them, and no gate can stand there. */
  readonly passThrough?: readonly string[] | undefined;
}

const gated = new WeakMap<object, Tollgate>();
/** Tools made by `asTool` of agents whose own tools are behind the gate. */
const agentTools = new WeakSet<object>();

/**
 * The same tools, each put behind the gate in place. Pausing for approval happens there, so the SDK's `needsApproval` is
 * not needed, and going round it gains nothing.
 * @throws TollgateError `invalid_request` for a tool that executes where no gate can stand.
 */
export function gateTools<T extends readonly { readonly type: string }[]>(
  tollgate: Tollgate,
  tools: T,
  options: GateToolsOptions = {},
): T {
  for (const tool of tools) gateOne(tollgate, tool as Tool, options);
  return tools;
}

/** For tools that an agent behind the gate is turned into. */
export function trustAgentTool(tool: object): void {
  agentTools.add(tool);
}

function gateOne(tollgate: Tollgate, tool: Tool, { details = {}, passThrough = [] }: GateToolsOptions): void {
  if (tool.type !== 'function') {
    if (isHosted(tool) && passThrough.includes(tool.name)) return;
    throw no(
      tool.name,
      'executes where no gate can stand: make it a function tool, or, if the provider executes it, name it in passThrough',
    );
  }
  const before = gated.get(tool);
  if (before === tollgate) return;
  if (before !== undefined) throw no(tool.name, 'is behind the gate of another workflow already');
  if (isAgentTool(tool) && !agentTools.has(tool))
    throw no(
      tool.name,
      'is an agent whose own tools are not behind the gate: gateAgent(tollgate, agent).asTool(…)',
    );
  // Once now, so that a strict start refuses an unlisted tool before anything runs.
  tollgate.tool({ name: tool.name, execute: () => {} });
  gateInvoke(tollgate, tool, Object.hasOwn(details, tool.name) ? (details[tool.name] ?? {}) : {});
  gated.set(tool, tollgate);
}

/** Executed by the provider; not a tool search, whose tools are found, and executed, here. */
function isHosted(tool: Exclude<Tool, FunctionTool>): boolean {
  if (tool.type === 'hosted_tool') return getClientToolSearchExecutor(tool) === undefined;
  return tool.type === 'shell' && tool.environment !== undefined && tool.environment.type !== 'local';
}

function isAgentTool(tool: FunctionTool): boolean {
  return 'on' in tool && typeof tool.on === 'function';
}

function no(name: string, why: string): TollgateError {
  return new TollgateError('invalid_request', `"${name}" ${why}.`);
}
