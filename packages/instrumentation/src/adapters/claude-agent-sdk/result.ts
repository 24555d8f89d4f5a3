/** The tool ran, and says itself that it failed. */
export class McpToolError extends Error {
  override readonly name = 'tool_error';
}

/** Something to look into: an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a tool said, without MCP's envelope: structured content, or a lone text, read as JSON where it is some. So a
 * workflow's `mask_fields` reach into it. Anything else stays as it is.
 */
export function plainResult(result: unknown): unknown {
  if (isRecord(result) && isRecord(result['structuredContent'])) return result['structuredContent'];
  const content = isRecord(result) && isEnvelope(result) ? result['content'] : result;
  const [only, ...more] = Array.isArray(content) ? (content as unknown[]) : [];
  const text = more.length === 0 && isRecord(only) && only['type'] === 'text' ? only['text'] : undefined;
  if (typeof text !== 'string') return result;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

const ENVELOPE: readonly string[] = ['content', 'isError', '_meta'];

function isEnvelope(result: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(result).every((key) => ENVELOPE.includes(key));
}

/** The text of a result, as far as it has one. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = isRecord(content) ? content['content'] : content;
  if (!Array.isArray(parts)) return '';
  return parts
    .flatMap((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n');
}

/** The verdict of a tool's parameters that takes nothing. */
export function problem(message: string) {
  return { success: false as const, error: { issues: [{ path: [], message }] } };
}

/** The arguments of a tool are an object. */
export const OBJECT = {
  safeParse: (data: unknown) =>
    isRecord(data) ? { success: true as const, data } : problem('a JSON object'),
};
