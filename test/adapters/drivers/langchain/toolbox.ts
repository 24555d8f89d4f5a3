import { type DynamicStructuredTool, tool } from '@langchain/core/tools';
import { z } from 'zod';
import { type Scene, SUB_AGENT_TOOL, type ToolUnderTest } from '../../driver.ts';

/** LangChain's own tools over those of a case. */
export function toolsOf(tools: readonly ToolUnderTest[]): DynamicStructuredTool[] {
  return tools.map(({ name, description, parameters, execute }) =>
    tool((args: unknown, config) => execute(args, config.signal), { name, description, schema: parameters }),
  );
}

/** What LangChain has no words for. */
export function detailsOf(tools: readonly ToolUnderTest[]) {
  return Object.fromEntries(
    tools.map(({ name, reads, hints, rollbackNote }) => [name, { reads, hints, rollbackNote }]),
  );
}

/** The tool that hands over to a sub-agent. */
export function delegateTo(drive: () => Promise<unknown>): DynamicStructuredTool {
  return tool(async () => textOfAnswer(await drive()), {
    name: SUB_AGENT_TOOL,
    description: 'hands a task to another agent',
    schema: z.object({ task: z.string() }),
  });
}

function textOfAnswer(answer: unknown): string {
  return typeof answer === 'string' ? answer : '';
}

export const OUTER_TURNS: Scene['turns'] = [
  { calls: [{ id: 'outer-1', tool: SUB_AGENT_TOOL, json: '{"task":"go on"}' }] },
  { text: 'done' },
];

/** The application's callbacks around a tool call. */
export function callbacksOf({ hook }: Scene) {
  if (hook === undefined) return {};
  const heard = (...[, input]: unknown[]) => hook(input);
  return { callbacks: [{ handleToolStart: heard, handleToolEnd: heard, handleToolError: heard }] };
}
