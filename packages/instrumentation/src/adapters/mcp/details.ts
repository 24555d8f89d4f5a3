import type { ToolDefinition } from '../../face.ts';
import type { ToolIdentity } from '../shared/open-tool.ts';

/** What the gate should know of a tool besides what MCP says of it. */
export type ToolDetails = Pick<ToolDefinition<never, unknown>, 'reads' | 'hints' | 'rollbackNote'>;

export interface ToolOptions {
  /** By the tool's name in MCP. */
  readonly details?: Readonly<Record<string, ToolDetails>> | undefined;
  /** The tool's name in the workflow file. Default: its name in MCP. */
  readonly name?: ((tool: string) => string) | undefined;
}

export function identityOf(tool: string, options: ToolOptions): ToolIdentity {
  const { details = {}, name = (same: string) => same } = options;
  const known = Object.hasOwn(details, tool) ? details[tool] : undefined;
  return { ...known, name: name(tool) };
}
