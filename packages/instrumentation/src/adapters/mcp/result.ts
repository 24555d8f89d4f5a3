import type { OpenToolCall } from '../shared/open-tool.ts';

/** The server ran the tool, and the tool says that it failed. Named as OpenTelemetry's conventions for MCP name it. */
export class McpToolError extends Error {
  override readonly name = 'tool_error';
}

/** A refusal as MCP clients hand it to their model. */
export function refusalResult(message: string) {
  return { content: [{ type: 'text' as const, text: message }], isError: true };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isErrorResult(result: unknown): boolean {
  return isRecord(result) && result['isError'] === true;
}

/** The text parts of a tool's result. */
export function textOf(result: unknown): string {
  const content = isRecord(result) ? result['content'] : undefined;
  const parts = Array.isArray(content) ? content : [];
  return parts
    .flatMap((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n');
}

/** A result whose tool says that it failed is a failed outcome. */
export async function settle(open: OpenToolCall, result: unknown): Promise<void> {
  if (isErrorResult(result)) await open.failed(new McpToolError(textOf(result) || 'the tool failed'));
  else await open.done(result);
}

const CONNECTION_CLOSED = -32000;
const REQUEST_TIMEOUT = -32001;

/** What was sent and never answered may have happened: its outcome is unknown. The SDK reports an abort as a timeout, too. */
export async function settleError(open: OpenToolCall, error: unknown): Promise<void> {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === CONNECTION_CLOSED || code === REQUEST_TIMEOUT) await open.lost();
  else await open.failed(error);
}

/** MCP's arguments are an object, or none. */
export const OBJECT_ARGUMENTS = {
  safeParse: (value: unknown) =>
    value === undefined || isRecord(value)
      ? { success: true as const, data: value ?? {} }
      : {
          success: false as const,
          error: { issues: [{ path: [], message: 'a JSON object' }] },
        },
};
