import { TollgateError } from '@tollgate/contract';
import type { Tollgate } from '../../face.ts';
import { type GateToolsOptions, gateTools, trustAgentTool } from './gate-tools.ts';

/** An Agent of the SDK, whatever its context and output are. */
export interface AgentLike {
  readonly name: string;
  readonly tools: readonly { readonly type: string }[];
  readonly handoffs: readonly object[];
}

const gated = new WeakMap<object, Tollgate>();

/**
 * The same agent, in place: its tools behind the gate, those that come later and those of its MCP servers included, and the
 * agents that it hands off to, or that are cloned from it, as well. Turn it into a tool (`asTool`) afterwards.
 * @throws TollgateError `invalid_request` for a tool, or a kind of agent, that executes where no gate can stand.
 */
export function gateAgent<A extends AgentLike>(
  tollgate: Tollgate,
  agent: A,
  options: GateToolsOptions = {},
): A {
  const before = gated.get(agent);
  if (before === tollgate) return agent;
  if (before !== undefined)
    throw new TollgateError('invalid_request', `"${agent.name}" is behind the gate of another workflow.`);
  if ('runtimeManifest' in agent)
    throw new TollgateError(
      'invalid_request',
      `"${agent.name}" is a sandbox agent: its capabilities execute where no gate can stand.`,
    );
  gateTools(tollgate, agent.tools, options);
  gated.set(agent, tollgate);
  for (const handoff of agent.handoffs) gateHandoff(tollgate, handoff, options);
  afterwards(agent, 'getAllTools', async (tools) => {
    gateTools(tollgate, (await tools) as { readonly type: string }[], options);
  });
  afterwards(agent, 'getEnabledHandoffs', async (handoffs) => {
    for (const handoff of (await handoffs) as object[]) gateHandoff(tollgate, handoff, options);
  });
  afterwards(agent, 'clone', (clone) => void gateAgent(tollgate, clone as AgentLike, options));
  afterwards(agent, 'asTool', (tool) => trustAgentTool(tool as object));
  return agent;
}

/** An agent, or a Handoff to one, which may decide only then which agent it is. */
function gateHandoff(tollgate: Tollgate, handoff: object, options: GateToolsOptions): void {
  if ('tools' in handoff) {
    gateAgent(tollgate, handoff as AgentLike, options);
    return;
  }
  if (gated.has(handoff)) return;
  gated.set(handoff, tollgate);
  const target: unknown = Reflect.get(handoff, 'agent');
  if (typeof target === 'object' && target !== null) gateAgent(tollgate, target as AgentLike, options);
  afterwards(handoff, 'onInvokeHandoff', async (agent) => {
    gateAgent(tollgate, (await agent) as AgentLike, options);
  });
}

/** Lets a method's result through when `see` has seen it; asynchronous where `see` is. */
function afterwards(owner: object, name: string, see: (result: unknown) => void | Promise<void>): void {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function')
    throw new TollgateError('invalid_request', `This version of @openai/agents has no "${name}".`);
  const value = (...args: unknown[]) => {
    const result: unknown = Reflect.apply(method, owner, args);
    const seen = see(result);
    return seen instanceof Promise ? seen.then(() => result) : result;
  };
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: false });
}
